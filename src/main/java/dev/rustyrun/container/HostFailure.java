package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.Outcome;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A failure of this machine that a request did not cause.
 *
 * @param detail what failed, in one line
 */
public record HostFailure(Kind kind, String detail) {

    /** The kind of failure. */
    public enum Kind {
        /** No space is left for the data of containers. */
        FULL,
        /** The data of containers cannot be written. */
        READ_ONLY,
        /** Descriptors, processes, memory or writable cgroups are missing; a retry may succeed. */
        SHORTAGE,
        /** The kernel has refused a call for another reason. */
        KERNEL,
        /** A cgroup cannot be used for another reason. */
        CGROUP
    }

    /** Messages about cgroups and failed launches have the errno only as text. */
    private static final Pattern SHORTAGE_WORDS =
            Pattern.compile("\\b(EROFS|EMFILE|ENFILE|EAGAIN|EWOULDBLOCK|ENOMEM)\\b");
    /** Java reports these errors only as text. */
    private static final Pattern JAVA_SHORTAGE = Pattern.compile("Too many open files|temporarily unavailable|"
            + "Cannot allocate memory|Read-only file system|unable to create native thread");

    private static final Pattern JAVA_FULL = Pattern.compile("No space left on device|Disk quota exceeded");

    /** The failure that {@code e} reports; empty if it is not a failure of this machine. */
    public static Optional<HostFailure> of(Throwable e) {
        if (e instanceof LinuxException refused) {
            return Optional.of(new HostFailure(kind(refused.errno()), refused.getMessage()));
        }
        if (e instanceof CgroupException failed) {
            boolean shortage = SHORTAGE_WORDS.matcher(failed.getMessage()).find();
            return Optional.of(new HostFailure(shortage ? Kind.SHORTAGE : Kind.CGROUP, failed.getMessage()));
        }
        return e instanceof UncheckedIOException failed
                ? ofJava(String.valueOf(failed.getCause().getMessage()))
                : Optional.empty();
    }

    private static Kind kind(int errno) {
        return switch (errno) {
            case Errno.ENOSPC, Errno.EDQUOT -> Kind.FULL;
            case Errno.EROFS -> Kind.READ_ONLY;
            case Errno.EMFILE, Errno.ENFILE, Errno.EAGAIN, Errno.ENOMEM -> Kind.SHORTAGE;
            default -> Kind.KERNEL;
        };
    }

    private static Optional<HostFailure> ofJava(String message) {
        return JAVA_FULL.matcher(message).find()
                ? Optional.of(new HostFailure(Kind.FULL, message))
                : Optional.of(new HostFailure(Kind.SHORTAGE, message))
                        .filter(shortage -> JAVA_SHORTAGE.matcher(message).find());
    }

    /** Whether a launch has failed because of a shortage, before any step of the request. */
    public static boolean isShortage(Outcome outcome) {
        return outcome.failedStep().isEmpty()
                && SHORTAGE_WORDS.matcher(outcome.message()).find();
    }
}
