package dev.rustyrun.linux;

/**
 * How a child ended, from waitpid(2).
 *
 * @param pid of the child
 * @param status the raw wait status
 */
public record ChildStatus(int pid, int status) {

    /** waitpid(2): return at once. */
    static final int WNOHANG = 1;

    /** Whether a signal ended it. */
    public boolean signalled() {
        return signal() != 0;
    }

    /** The signal that ended it, or 0. */
    public int signal() {
        return status & 0x7f;
    }

    /** The exit code as shells report it: the process's own, or 128 + the signal that ended it. */
    public int exitCode() {
        return signalled() ? 128 + signal() : status >> 8 & 0xff;
    }
}
