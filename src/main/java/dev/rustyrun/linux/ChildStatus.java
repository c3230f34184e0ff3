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
    /** waitid(2): those that have ended. */
    static final int WEXITED = 4;
    /** waitid(2): they can be waited for again. */
    static final int WNOWAIT = 0x01000000;

    static final int P_PID = 1;
    static final int SIGINFO_SIZE = 128;

    private static final int STOPPED = 0x7f;
    /** linux/ptrace.h. */
    private static final int PTRACE_EVENT_EXEC = 4;

    /** Whether it has not ended: it is traced by this process, and has stopped. */
    public boolean stopped() {
        return (status & 0xff) == STOPPED;
    }

    /** The signal that stopped it. */
    public int stopSignal() {
        return status >> 8 & 0xff;
    }

    /** Whether that was because it has executed a program; man 2 ptrace, PTRACE_O_TRACEEXEC. */
    public boolean hasExecuted() {
        return stopped() && status >> 16 == PTRACE_EVENT_EXEC;
    }

    /** Whether a signal ended it. */
    public boolean signalled() {
        return signal() != 0;
    }

    /** The signal that ended it, or 0. */
    public int signal() {
        return status & 0x7f;
    }

    /** How it ended, in words: {@code exited with 3}, {@code was killed by SIGKILL}. */
    public String describe() {
        return signalled() ? "was killed by SIG" + SignalNames.name(signal()) : "exited with " + exitCode();
    }

    /** The exit code as shells report it: the process's own, or 128 + the signal that ended it. */
    public int exitCode() {
        return signalled() ? 128 + signal() : status >> 8 & 0xff;
    }
}
