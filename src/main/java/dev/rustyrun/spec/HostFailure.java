package dev.rustyrun.spec;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
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
        CGROUP;

        /** The kind of failure of a kernel call with this errno. */
        public static Kind of(int errno) {
            return switch (errno) {
                case Errno.ENOSPC, Errno.EDQUOT -> FULL;
                case Errno.EROFS -> READ_ONLY;
                case Errno.EMFILE, Errno.ENFILE, Errno.EAGAIN, Errno.ENOMEM -> SHORTAGE;
                default -> KERNEL;
            };
        }
    }

    /** An exception that reports a failure of this machine. */
    public interface Cause {

        /** The failure. */
        HostFailure failure();
    }

    /** Java reports these errors only as text. */
    private static final Pattern JAVA_SHORTAGE = Pattern.compile("Too many open files|temporarily unavailable|"
            + "Cannot allocate memory|Read-only file system|unable to create native thread");

    private static final Pattern JAVA_FULL = Pattern.compile("No space left on device|Disk quota exceeded");

    /** The failure that {@code e} reports; empty if it is not a failure of this machine. */
    public static Optional<HostFailure> of(Throwable e) {
        if (e instanceof LinuxException refused) {
            return Optional.of(new HostFailure(Kind.of(refused.errno()), refused.getMessage()));
        }
        if (e instanceof Cause cause) {
            return Optional.of(cause.failure());
        }
        return e instanceof UncheckedIOException failed
                ? ofJava(String.valueOf(failed.getCause().getMessage()))
                : Optional.empty();
    }

    private static Optional<HostFailure> ofJava(String message) {
        return JAVA_FULL.matcher(message).find()
                ? Optional.of(new HostFailure(Kind.FULL, message))
                : Optional.of(new HostFailure(Kind.SHORTAGE, message))
                        .filter(shortage -> JAVA_SHORTAGE.matcher(message).find());
    }
}
