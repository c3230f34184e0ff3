package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;
import static dev.rustyrun.linux.LinuxException.failure;

import java.util.Optional;

/** Existing processes: their ids, signals to them, tracing, and waiting for their end. */
public interface ProcessCalls extends KernelCalls {

    /** linux/ptrace.h. */
    int PTRACE_CONT = 7;

    int PTRACE_DETACH = 17;

    int PTRACE_SETOPTIONS = 0x4200;

    int PTRACE_O_TRACEEXEC = 0x10;

    int PTRACE_O_EXITKILL = 0x100000;

    /** Waits for any child that has ended, without blocking; man 2 waitpid, WNOHANG. */
    default Optional<ChildStatus> reap() {
        int[] status = new int[1];
        int pid = libc().repeat("waitpid", -1, status, ChildStatus.WNOHANG);
        if (pid == 0 || pid == -Errno.ECHILD) {
            return Optional.empty();
        }
        return Optional.of(new ChildStatus(check(pid, "waitpid", -1), status[0]));
    }

    /**
     * Waits for the child {@code pid} without blocking; empty if it still runs or is not a child; man 2 waitpid,
     * WNOHANG.
     */
    default Optional<ChildStatus> reap(int pid) {
        int[] status = new int[1];
        int ended = libc().repeat("waitpid", pid, status, ChildStatus.WNOHANG);
        return ended == pid ? Optional.of(new ChildStatus(pid, status[0])) : Optional.empty();
    }

    /** Whether {@code pid} is a child that has not been waited for; man 2 waitid, WNOWAIT. */
    default boolean isChild(int pid) {
        int flags = ChildStatus.WNOHANG | ChildStatus.WEXITED | ChildStatus.WNOWAIT;
        return libc().repeat("waitid", ChildStatus.P_PID, pid, new byte[ChildStatus.SIGINFO_SIZE], flags) == 0;
    }

    /**
     * Makes the traced child {@code pid}, which is stopped, stop again after its execve, and be killed when this
     * process ends while tracing it; man 2 ptrace.
     */
    default void stopOnExecve(int pid) {
        int result = libc().call("ptrace", PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
        if (result != -Errno.ESRCH) {
            check(result, "ptrace PTRACE_SETOPTIONS", pid);
        }
    }

    /** Continues the stopped child {@code pid} and discards the signal that stopped it; man 2 ptrace. */
    default void continueTraced(int pid) {
        int result = libc().call("ptrace", PTRACE_CONT, pid, 0, 0);
        if (result != -Errno.ESRCH) {
            check(result, "ptrace PTRACE_CONT", pid);
        }
    }

    /** Stops tracing the stopped child {@code pid}, which continues with {@code signal}, 0 for none; man 2 ptrace. */
    default void stopTracing(int pid, int signal) {
        int result = libc().call("ptrace", PTRACE_DETACH, pid, 0, signal);
        if (result != -Errno.ESRCH) {
            check(result, "ptrace PTRACE_DETACH", pid);
        }
    }

    /** Whether ptrace(2) is available to this process at all; a certain process may still be off limits. */
    default boolean mayTrace() {
        // ptrace is called for this process, which it does not trace. ESRCH shows that the call itself is permitted.
        return libc().call("ptrace", PTRACE_DETACH, processId(), 0, 0) == -Errno.ESRCH;
    }

    /** Waits until the child {@code pid} has ended; man 2 waitpid. */
    default ChildStatus await(int pid) {
        int[] status = new int[1];
        check(libc().repeat("waitpid", pid, status, 0), "waitpid", pid);
        return new ChildStatus(pid, status[0]);
    }

    /** Waits for {@code pid} if it is a child that has not been waited for; man 2 waitpid. */
    default Optional<ChildStatus> awaitIfChild(int pid) {
        int[] status = new int[1];
        int result = libc().repeat("waitpid", pid, status, 0);
        if (result == -Errno.ECHILD) {
            return Optional.empty();
        }
        check(result, "waitpid", pid);
        return Optional.of(new ChildStatus(pid, status[0]));
    }

    /**
     * Waits for the child {@code pid}, and returns its processor time with that of the children that it waited for; man
     * 2 wait4.
     */
    default EndedChild awaitWithUsage(int pid) {
        int[] status = new int[1];
        byte[] rusage = new byte[EndedChild.RUSAGE_SIZE];
        check(libc().repeat("wait4", pid, status, 0, rusage), "wait4", pid);
        return new EndedChild(new ChildStatus(pid, status[0]), EndedChild.cpuMicros(rusage));
    }

    /**
     * Processor time, in microseconds, of all children that were waited for, including their own children; man 2
     * getrusage.
     */
    default long childrenCpuMicros() {
        byte[] rusage = new byte[EndedChild.RUSAGE_SIZE];
        check(libc().call("getrusage", EndedChild.RUSAGE_CHILDREN, rusage), "getrusage");
        return EndedChild.cpuMicros(rusage);
    }

    /** A descriptor that becomes readable when process {@code pid} ends; close-on-exec; man 2 pidfd_open, Linux 5.3. */
    default int processDescriptor(int pid) {
        return check(libc().call("pidfd_open", pid, 0), "pidfd_open", pid);
    }

    /** Sends a signal, and returns whether the process still existed; man 2 kill. */
    default boolean kill(int pid, int signal) {
        int result = libc().call("kill", pid, signal);
        if (result < 0 && result != -Errno.ESRCH) {
            throw failure(result, "kill", pid, signal);
        }
        return result == 0;
    }

    /** Ends this process now, without shutdown hooks; man 2 _exit. */
    default void exit(int status) {
        libc().call("_exit", status);
    }

    /** This process's id; man 2 getpid. */
    default int processId() {
        return libc().call("getpid");
    }

    /** The id of this process's parent; man 2 getppid. */
    default int parentProcessId() {
        return libc().call("getppid");
    }

    /** Starts a new session without a controlling terminal; man 2 setsid. */
    default void startSession() {
        check(libc().call("setsid"), "setsid");
    }
}
