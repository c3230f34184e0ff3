package dev.rustyrun.linux;

/**
 * A kernel call that failed: which call, with what arguments, and the errno by name. Its message is one line, such as
 * {@code mount("proc", "/proc"): EPERM (Operation not permitted)}.
 */
public final class LinuxException extends RuntimeException {

    private final String call;
    private final int errno;

    LinuxException(String call, int errno) {
        super(call + ": " + Errno.describe(errno), null, false, true);
        this.call = call;
        this.errno = errno;
    }

    /** A failure that another process of ours has told of. */
    public static LinuxException of(String call, int errno) {
        return new LinuxException(call, errno);
    }

    /** The call and its arguments, as in {@code umount2(".", MNT_DETACH)}. */
    public String call() {
        return call;
    }

    /** The error number, one of {@link Errno}'s. */
    public int errno() {
        return errno;
    }
}
