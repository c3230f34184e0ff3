package dev.rustyrun.linux;

/**
 * How a child ended, from waitpid(2).
 *
 * @param pid process id of the child
 * @param status the raw wait status
 */
public record ChildStatus(int pid, int status) {

    /** waitpid(2): return at once. */
    static final int WNOHANG = 1;
    /** waitid(2): wait for children that have terminated. */
    static final int WEXITED = 4;
    /** waitid(2): leave the child in a waitable state. */
    static final int WNOWAIT = 0x01000000;

    static final int P_PID = 1;
    static final int SIGINFO_SIZE = 128;

    private static final int STOPPED = 0x7f;
    /** linux/ptrace.h. */
    private static final int PTRACE_EVENT_EXEC = 4;

    /** Whether the child is not dead but stopped: it is traced by this process. */
    public boolean stopped() {
        return (status & 0xff) == STOPPED;
    }

    /** The signal that stopped the child. */
    public int stopSignal() {
        return status >> 8 & 0xff;
    }

    /** Whether the child stopped because it has executed a program; man 2 ptrace, PTRACE_O_TRACEEXEC. */
    public boolean hasExecuted() {
        return stopped() && status >> 16 == PTRACE_EVENT_EXEC;
    }

    /** Whether a signal killed the child. */
    public boolean signalled() {
        return signal() != 0;
    }

    /** The signal that killed the child, or 0. */
    public int signal() {
        return status & 0x7f;
    }

    /** How the child ended, for messages: {@code exited with 3}, {@code was killed by SIGKILL}. */
    public String describe() {
        return signalled() ? "was killed by " + Signal.describe(signal()) : "exited with " + exitCode();
    }

    /** The exit code as shells report it: the process's own, or 128 + the signal that ended it. */
    public int exitCode() {
        return signalled() ? 128 + signal() : status >> 8 & 0xff;
    }
}
