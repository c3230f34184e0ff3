package dev.rustyrun.step;

import java.util.List;

/**
 * System calls that a stage makes on its way to the command, by their numbers in {@code asm/unistd.h}: a filter that is
 * installed early must let them be made.
 *
 * @param x86 its number on x86-64
 * @param arm its number on AArch64
 * @param first its first argument
 * @param second its second argument
 */
public record LaunchCall(int x86, int arm, long first, long second) {

    private static final long CLONE_PTRACE = 0x2000;
    private static final long CLONE_PARENT_SIGCHLD = 0x8000 | 17;
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long PR_SET_DUMPABLE = 4;
    private static final long PR_SET_NAME = 15;
    /** CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID and SIGCHLD: what fork(3) of glibc passes. */
    private static final long FORK = 0x200000 | 0x1000000 | 17;

    private static final long TIOCSCTTY = 0x540E;

    /** Those between an early filter and execve(2), execve too. */
    public static final List<LaunchCall> AFTER_FILTER = List.of(
            new LaunchCall(0, 63), // read
            new LaunchCall(1, 64), // write
            new LaunchCall(3, 57), // close
            new LaunchCall(7, 73), // poll, ppoll
            new LaunchCall(9, 222), // mmap
            new LaunchCall(11, 215), // munmap
            new LaunchCall(12, 214), // brk
            new LaunchCall(13, 134), // rt_sigaction
            new LaunchCall(14, 135), // rt_sigprocmask
            new LaunchCall(16, 29, 0, TIOCSCTTY), // ioctl
            new LaunchCall(28, 233), // madvise
            new LaunchCall(33, 24), // dup2, dup3
            new LaunchCall(46, 211), // sendmsg
            new LaunchCall(47, 212), // recvmsg
            new LaunchCall(56, 220, CLONE_PARENT_SIGCHLD, 0), // clone
            new LaunchCall(59, 221), // execve
            new LaunchCall(72, 25), // fcntl
            new LaunchCall(112, 157), // setsid
            new LaunchCall(157, 167, PR_SET_PDEATHSIG, 0), // prctl
            new LaunchCall(231, 94), // exit_group
            new LaunchCall(436, 436)); // close_range

    /** Those of a stage that starts a command and becomes its reaper, and those of the reaper. */
    public static final List<LaunchCall> REAPER = List.of(
            new LaunchCall(0, 63), // read
            new LaunchCall(1, 64), // write
            new LaunchCall(3, 57), // close
            new LaunchCall(9, 222), // mmap
            new LaunchCall(11, 215), // munmap
            new LaunchCall(12, 214), // brk
            new LaunchCall(14, 135), // rt_sigprocmask
            new LaunchCall(28, 233), // madvise
            new LaunchCall(56, 220, FORK, 0), // clone
            new LaunchCall(59, 221), // execve
            new LaunchCall(61, 260), // wait4
            new LaunchCall(62, 129), // kill
            new LaunchCall(128, 137), // rt_sigtimedwait
            new LaunchCall(157, 167, PR_SET_NAME, 0), // prctl
            new LaunchCall(231, 94), // exit_group
            new LaunchCall(273, 99), // set_robust_list
            new LaunchCall(293, 59), // pipe2
            new LaunchCall(319, 279), // memfd_create
            new LaunchCall(436, 436)); // close_range

    /** Those of a stage that executes the small program which appears in a joined PID namespace, and those of that program. */
    public static final List<LaunchCall> APPEARING = List.of(
            new LaunchCall(157, 167, PR_SET_DUMPABLE, 0), // prctl
            new LaunchCall(319, 279)); // memfd_create, beside all of AFTER_FILTER

    /** Those of a process which is traced by its parent, as its copy is to be. */
    public static final List<LaunchCall> TRACE = List.of(
            new LaunchCall(101, 117), // ptrace, PTRACE_TRACEME
            new LaunchCall(56, 220, CLONE_PTRACE | CLONE_PARENT_SIGCHLD, 0)); // clone

    /** How a program in memory is executed best. */
    public static final List<LaunchCall> EXECUTE_DESCRIPTOR = List.of(new LaunchCall(322, 281)); // execveat

    /** What it takes a stage to make a list of calls. */
    public static final List<LaunchCall> MEMORY = List.of(
            new LaunchCall(9, 222), // mmap
            new LaunchCall(11, 215), // munmap
            new LaunchCall(12, 214), // brk
            new LaunchCall(28, 233)); // madvise

    /** Executes a program: execve, with arguments as different as can be. */
    public static final List<LaunchCall> EXECUTE =
            List.of(new LaunchCall(59, 221), new LaunchCall(59, 221, 0x7ffc_1234_5678L, 0x7ffc_1234_5678L));

    /** Limits {@code resource} of this process: prlimit64. */
    public static LaunchCall limiting(int resource) {
        return new LaunchCall(302, 261, 0, resource);
    }

    private LaunchCall(int x86, int arm) {
        this(x86, arm, 0, 0);
    }
}
