package dev.rustyrun.linux;

/** Numbers of system calls that older libcs have no function for, as in {@code asm/unistd.h}. */
final class SystemCall {

    static final int CLONE = "aarch64".equals(System.getProperty("os.arch")) ? 220 : 56;

    static final int PIVOT_ROOT = "aarch64".equals(System.getProperty("os.arch")) ? 41 : 155;

    static final int RT_SIGACTION = "aarch64".equals(System.getProperty("os.arch")) ? 134 : 13;

    static final int GETDENTS64 = "aarch64".equals(System.getProperty("os.arch")) ? 61 : 217;
    static final int SECCOMP = "aarch64".equals(System.getProperty("os.arch")) ? 277 : 317;
    static final int BPF = "aarch64".equals(System.getProperty("os.arch")) ? 280 : 321;

    static final int IOPRIO_SET = "aarch64".equals(System.getProperty("os.arch")) ? 30 : 251;
    static final int SCHED_SETATTR = "aarch64".equals(System.getProperty("os.arch")) ? 274 : 314;
    static final int SET_MEMPOLICY = "aarch64".equals(System.getProperty("os.arch")) ? 237 : 238;

    // From 424 on, a number is the same on every architecture.
    static final int OPEN_TREE = 428;
    static final int MOVE_MOUNT = 429;
    static final int PIDFD_OPEN = 434;
    static final int CLOSE_RANGE = 436;
    static final int OPENAT2 = 437;
    static final int MOUNT_SETATTR = 442;

    private SystemCall() {}
}
