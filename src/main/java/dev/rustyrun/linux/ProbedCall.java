package dev.rustyrun.linux;

/**
 * System calls newer than the oldest kernels in use, each with arguments that the kernel refuses before it does
 * anything, so that the error tells whether the call is there; see {@link KernelProbe#errnoOf}.
 */
public enum ProbedCall {
    /** open_tree(2). */
    OPEN_TREE("open_tree", "5.2", -1, 0, Args.WRONG_FLAGS),
    /** move_mount(2). */
    MOVE_MOUNT("move_mount", "5.2", -1, 0, -1, 0, Args.WRONG_FLAGS),
    /** man 2 pidfd_open. */
    PIDFD_OPEN("pidfd_open", "5.3", -1, Args.WRONG_FLAGS),
    /** man 2 clone3: a struct of size 0. */
    CLONE3("clone3", "5.3", 0, 0),
    /** man 2 openat2: a struct of size 0. */
    OPENAT2("openat2", "5.6", -1, 0, 0, 0),
    /** man 2 close_range: the first after the last. */
    CLOSE_RANGE("close_range", "5.9", 2, 1, 0),
    /** man 2 mount_setattr. */
    MOUNT_SETATTR("mount_setattr", "5.12", -1, 0, Args.WRONG_FLAGS, 0, 0);

    private final String since;
    private final long[] words;

    ProbedCall(String name, String since, long... arguments) {
        this.since = since;
        this.words = new long[arguments.length + 1];
        words[0] = SystemCall.number(name);
        System.arraycopy(arguments, 0, words, 1, arguments.length);
    }

    /** The first Linux that has it, such as {@code 5.12}. */
    public String since() {
        return since;
    }

    /** The call's number and its arguments, as syscall(2) takes them. */
    long[] words() {
        return words.clone();
    }

    /** Apart, because an enum's constants cannot read the enum's own fields. */
    private static final class Args {

        static final long WRONG_FLAGS = 0x7fff0000;

        private Args() {}
    }
}
