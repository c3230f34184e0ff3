package dev.rustyrun.linux;

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
     * Gives the pages of this program's code and constants back to the kernel, for a process that will now run other
     * code, or wait; man 2 madvise, MADV_DONTNEED.
     */
    public void releaseProgramPages() {
        new ProgramPages(this).release();
    }
}
