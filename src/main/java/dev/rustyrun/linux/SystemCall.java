package dev.rustyrun.linux;

/**
 * The system calls that are made by number, see {@code asm/unistd.h}: older libcs have no function for them, or have
 * one with a different behaviour.
 */
final class SystemCall {

    /** The result for a name that is not one of these. */
    static final int NONE = -1;

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    private SystemCall() {}

    /** The number of the call {@code name}, or {@link #NONE} when libc has a function for it. */
    static int number(String name) {
        return switch (name) {
            case "bpf" -> ARM ? 280 : 321;
            case "clone" -> ARM ? 220 : 56;
            case "execveat" -> ARM ? 281 : 322;
            case "getdents64" -> ARM ? 61 : 217;
            case "ioprio_set" -> ARM ? 30 : 251;
            case "pivot_root" -> ARM ? 41 : 155;
            case "rt_sigaction" -> ARM ? 134 : 13;
            case "sched_setattr" -> ARM ? 274 : 314;
            case "seccomp" -> ARM ? 277 : 317;
            case "set_mempolicy" -> ARM ? 237 : 238;
            // From 424 on, numbers are the same on every architecture.
            case "open_tree" -> 428;
            case "move_mount" -> 429;
            case "pidfd_open" -> 434;
            case "clone3" -> 435;
            case "close_range" -> 436;
            case "openat2" -> 437;
            case "mount_setattr" -> 442;
            case "quotactl_fd" -> 443;
            default -> NONE;
        };
    }
}
