package dev.rustyrun.seccomp;

import dev.rustyrun.spec.Seccomp;
import java.util.List;

/**
 * The system calls that every container may make, whatever their arguments. Not among them, and so refused: keyrings,
 * which no namespace divides; io_uring, whose calls no filter sees; userfaultfd, swap, and whatever administers the
 * machine. The names of 32-bit programs' calls are here, too.
 */
final class PlainCalls {

    static final List<String> NAMES = List.of(
            // Files by name
            "access", "chdir", "chmod", "chown", "chown32", "creat", "faccessat", "faccessat2", "fchmodat", "fchmodat2",
            "fchownat", "fstatat64", "futimesat", "getcwd", "lchown", "lchown32", "link", "linkat", "lstat", "lstat64",
            "mkdir", "mkdirat", "mknod", "mknodat", "name_to_handle_at", "newfstatat", "open", "openat", "openat2",
            "readlink", "readlinkat", "rename", "renameat", "renameat2", "rmdir", "stat", "stat64", "statfs",
            "statfs64", "statx", "symlink", "symlinkat", "truncate", "truncate64", "umask", "unlink", "unlinkat",
            "utime", "utimensat", "utimensat_time64", "utimes", "listmount", "statmount",
            // Extended attributes
            "fgetxattr", "flistxattr", "fremovexattr", "fsetxattr", "getxattr", "getxattrat", "lgetxattr", "listxattr",
            "listxattrat", "llistxattr", "lremovexattr", "lsetxattr", "removexattr", "removexattrat", "setxattr",
            "setxattrat",
            // Open files
            "_llseek", "cachestat", "close", "close_range", "copy_file_range", "dup", "dup2", "dup3", "fadvise64",
            "fadvise64_64", "fallocate", "fchdir", "fchmod", "fchown", "fchown32", "fcntl", "fcntl64", "fdatasync",
            "flock", "fstat", "fstat64", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "getdents",
            "getdents64", "lseek", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2",
            "read", "readahead", "readv", "sendfile", "sendfile64", "splice", "sync", "sync_file_range", "syncfs",
            "tee", "vmsplice", "write", "writev",
            // Waiting for files, and asynchronous input and output
            "_newselect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2",
            "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2", "fanotify_mark", "inotify_add_watch", "inotify_init",
            "inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy", "io_getevents", "io_pgetevents",
            "io_pgetevents_time64", "io_setup", "io_submit", "poll", "ppoll", "ppoll_time64", "pselect6",
            "pselect6_time64", "select",
            // Sockets
            "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv",
            "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt",
            "shutdown", "socketcall", "socketpair",
            // Messages, semaphores and memory that processes share
            "ipc", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
            "mq_timedsend_time64", "mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop",
            "semtimedop", "semtimedop_time64", "shmat", "shmctl", "shmdt", "shmget",
            // Memory
            "brk", "madvise", "map_shadow_stack", "membarrier", "memfd_create", "memfd_secret", "mincore", "mlock",
            "mlock2", "mlockall", "mmap", "mmap2", "mprotect", "mremap", "mseal", "msync", "munlock", "munlockall",
            "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect", "process_mrelease", "remap_file_pages",
            // Processes and threads
            "execve", "execveat", "exit", "exit_group", "fork", "futex", "futex_requeue", "futex_time64", "futex_wait",
            "futex_waitv", "futex_wake", "get_robust_list", "get_thread_area", "getcpu", "getpgid", "getpgrp", "getpid",
            "getppid", "getpriority", "getrusage", "getsid", "gettid", "ioprio_get", "ioprio_set", "pidfd_open",
            "prctl", "process_vm_readv", "process_vm_writev", "ptrace", "rseq", "sched_get_priority_max",
            "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
            "sched_rr_get_interval", "sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr",
            "sched_setparam", "sched_setscheduler", "sched_yield", "set_robust_list", "set_thread_area",
            "set_tid_address", "setpgid", "setpriority", "setsid", "times", "uretprobe", "vfork", "wait4", "waitid",
            "waitpid",
            // Signals
            "alarm", "kill", "pause", "pidfd_send_signal", "restart_syscall", "rt_sigaction", "rt_sigpending",
            "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
            "rt_sigtimedwait_time64", "rt_tgsigqueueinfo", "sigaltstack", "signalfd", "signalfd4", "sigprocmask",
            "sigreturn", "tgkill", "tkill",
            // Users, capabilities and limits: the kernel checks them
            "capget", "capset", "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups",
            "getgroups32", "getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit", "getuid", "getuid32",
            "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "prlimit64", "seccomp",
            "setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32",
            "setregid", "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32",
            "setrlimit", "setuid", "setuid32", "ugetrlimit",
            // Clocks, timers and what else the machine tells; setting a clock needs CAP_SYS_TIME as well
            "adjtimex", "clock_adjtime", "clock_adjtime64", "clock_getres", "clock_getres_time64", "clock_gettime",
            "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "getitimer", "getrandom", "gettimeofday",
            "nanosleep", "setitimer", "sysinfo", "time", "timer_create", "timer_delete", "timer_getoverrun",
            "timer_gettime", "timer_gettime64", "timer_settime", "timer_settime64", "timerfd_create", "timerfd_gettime",
            "timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "uname");

    private PlainCalls() {
    }

    /** Calls that only some architectures have. */
    static List<String> ofMachine(Seccomp.Arch arch) {
        return switch (arch) {
            case X86_64 -> List.of("arch_prctl", "modify_ldt");
            case AARCH64 -> List.of("arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush", "set_tls",
                    "sync_file_range2");
            default -> List.of();
        };
    }
}
