package dev.rustyrun.linux;

import java.util.List;

/**
 * The kernel, with checked results. Each method makes one call, or a few, and returns the result or throws a
 * {@link LinuxException} that names the call, its arguments and the error. Calls that a signal may interrupt are
 * repeated. The methods are inherited from the families of calls.
 */
public final class Linux
        implements NamespaceCalls,
                MountCalls,
                DescriptorCalls,
                FileCalls,
                PathCalls,
                StatusCalls,
                QuotaCalls,
                SpawnCalls,
                ProcessCalls,
                PrivilegeCalls,
                SchedulingCalls,
                SignalCalls,
                TerminalCalls,
                NetworkCalls,
                SeccompCalls,
                BpfCalls {

    /** The functions of libc that a stage calls, besides those that its parent has called before it copies itself. */
    private static final List<String> OF_STAGES = List.of(
            "chdir",
            "close",
            "execve",
            "fchdir",
            "fstatfs",
            "ioctl",
            "mkdirat",
            "mknodat",
            "mount",
            "open",
            "poll",
            "read",
            "recvmsg",
            "sched_setaffinity",
            "sendmsg",
            "sethostname",
            "setgroups",
            "setresgid",
            "setresuid",
            "setsid",
            "socket",
            "statx",
            "symlinkat",
            "syscall",
            "umask",
            "umount2",
            "unshare",
            "write");

    private final LibC libc;

    Linux(LibC libc) {
        this.libc = libc;
    }

    /** The kernel that this process runs on. */
    public static Linux host() {
        return new Linux(new JffiLibC());
    }

    @Override
    public LibC libc() {
        return libc;
    }

    /**
     * Creates everything that the first calls of a copy of this process would create. Each copy would otherwise do it
     * again, while its launch waits for it.
     */
    public void prepareCopies() {
        libc.prepare(OF_STAGES);
    }

    /**
     * Gives the pages of this program's code and constants back to the kernel, for a process that will now run other
     * code, or wait; man 2 madvise, MADV_DONTNEED.
     */
    public void releaseProgramPages() {
        new ProgramPages(this).release();
    }
}
