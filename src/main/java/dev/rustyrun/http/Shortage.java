package dev.rustyrun.http;

import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.linux.LinuxException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * A shortage of resources on this machine: descriptors, processes, memory, writable cgroups. The request is not the
 * cause, and another service, or this one later, may succeed: the response is 503, and the service is not ready for a
 * while.
 */
public final class Shortage {

    private static final int SOON = 5;
    private static final long SECONDS = 10;
    private static final Pattern SIGNS = Pattern.compile("\\b(EMFILE|ENFILE|EAGAIN|EWOULDBLOCK|ENOMEM)\\b");
    private static final Pattern CGROUP_SIGNS =
            Pattern.compile("\\b(EROFS|EMFILE|ENFILE|EAGAIN|EWOULDBLOCK|ENOMEM)\\b");
    /** Java offers no other way to recognize these errors. */
    private static final Pattern JAVA_SIGNS = Pattern.compile("Too many open files|temporarily unavailable|"
            + "Cannot allocate memory|Read-only file system|unable to create native thread");

    private static final AtomicReference<Shortage> LAST = new AtomicReference<>();

    private final String detail;
    private final long since = System.nanoTime();

    private Shortage(String detail) {
        this.detail = detail;
    }

    /** The problem for {@code e} if it shows a shortage, which is recorded. */
    static Optional<Problem> of(Throwable e) {
        String said = String.valueOf(e instanceof UncheckedIOException io ? io.getCause() : e.getMessage());
        Pattern signs = e instanceof CgroupException
                ? CGROUP_SIGNS
                : e instanceof LinuxException ? SIGNS : e instanceof UncheckedIOException ? JAVA_SIGNS : null;
        return signs != null && signs.matcher(said).find()
                ? Optional.of(noted(String.valueOf(reason(e))))
                : Optional.empty();
    }

    /**
     * The problem for a launch that failed before any of the request's steps, if it shows a shortage, which is
     * recorded.
     */
    static Optional<Problem> of(String message, String failedStep) {
        return failedStep.isEmpty() && CGROUP_SIGNS.matcher(message).find()
                ? Optional.of(noted(message))
                : Optional.empty();
    }

    private static String reason(Throwable e) {
        return e instanceof UncheckedIOException io ? io.getCause().getMessage() : e.getMessage();
    }

    private static Problem noted(String detail) {
        LAST.set(new Shortage(detail));
        return Problem.busy(503, "this machine lacks resources at the moment: " + detail, SOON);
    }

    /** The last shortage, if it is recent. */
    public static Optional<String> recent() {
        return Optional.ofNullable(LAST.get())
                .filter(last -> System.nanoTime() - last.since < SECONDS * 1_000_000_000L)
                .map(last -> last.detail);
    }
}
