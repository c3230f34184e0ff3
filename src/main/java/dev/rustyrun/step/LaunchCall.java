package dev.rustyrun.step;

import java.util.List;

/**
 * System calls that a stage makes on its way to the command, by their numbers in {@code asm/unistd.h}. A filter that is
 * installed early must allow them.
 *
 * @param x86 number on x86-64
 * @param arm number on AArch64
 * @param first first argument
 * @param second second argument
 */
public record LaunchCall(int x86, int arm, long first, long second) {

    private static final long CLONE_PTRACE = 0x2000;
    private static final long CLONE_PARENT_SIGCHLD = 0x8000 | 17;
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long PR_SET_DUMPABLE = 4;
    private static final long PR_SET_NAME = 15;
    /** CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID and SIGCHLD: the flags of glibc's fork(3). */
    private static final long FORK = 0x200000 | 0x1000000 | 17;

    private static final long TIOCSCTTY = 0x540E;

    /** Calls between an early filter and execve(2), including execve. */
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

    /** Calls of a stage that starts a command and becomes its reaper, and calls of the reaper program. */
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

    /** Additional calls of a stage that executes the small program for a joined PID namespace, and of that program. */
    public static final List<LaunchCall> APPEARING = List.of(
            new LaunchCall(157, 167, PR_SET_DUMPABLE, 0), // prctl
            new LaunchCall(319, 279)); // memfd_create, in addition to AFTER_FILTER

    /** Calls of a process that is traced by its parent, and whose copy is to be traced as well. */
    public static final List<LaunchCall> TRACE = List.of(
            new LaunchCall(101, 117), // ptrace, PTRACE_TRACEME
            new LaunchCall(56, 220, CLONE_PTRACE | CLONE_PARENT_SIGCHLD, 0)); // clone

    /** The preferred call to execute a program in memory. */
    public static final List<LaunchCall> EXECUTE_DESCRIPTOR = List.of(new LaunchCall(322, 281)); // execveat

    /** Calls that allocate memory, which a stage needs to prepare a list of calls. */
    public static final List<LaunchCall> MEMORY = List.of(
            new LaunchCall(9, 222), // mmap
            new LaunchCall(11, 215), // munmap
            new LaunchCall(12, 214), // brk
            new LaunchCall(28, 233)); // madvise

    /** Executes a program: execve, with two very different sets of arguments. */
    public static final List<LaunchCall> EXECUTE =
            List.of(new LaunchCall(59, 221), new LaunchCall(59, 221, 0x7ffc_1234_5678L, 0x7ffc_1234_5678L));

    /** The call that limits {@code resource} of this process: prlimit64. */
    public static LaunchCall limiting(int resource) {
        return new LaunchCall(302, 261, 0, resource);
    }

    private LaunchCall(int x86, int arm) {
        this(x86, arm, 0, 0);
    }
}
