package dev.rustyrun.linux;

/**
 * System calls newer than the oldest kernels in use, each with arguments that the kernel rejects before it does
 * anything, so that the error shows whether the call exists; see {@link KernelProbe#errnoOf}.
 */
public enum ProbedCall {
    /** open_tree(2). */
    OPEN_TREE("open_tree", "5.2", -1, 0, Args.WRONG_FLAGS),
    /** move_mount(2). */
    MOVE_MOUNT("move_mount", "5.2", -1, 0, -1, 0, Args.WRONG_FLAGS),
    /** pidfd_open(2). */
    PIDFD_OPEN("pidfd_open", "5.3", -1, Args.WRONG_FLAGS),
    /** clone3(2): a struct of size 0. */
    CLONE3("clone3", "5.3", 0, 0),
    /** openat2(2): a struct of size 0. */
    OPENAT2("openat2", "5.6", -1, 0, 0, 0),
    /** close_range(2): the first descriptor is after the last. */
    CLOSE_RANGE("close_range", "5.9", 2, 1, 0),
    /** mount_setattr(2). */
    MOUNT_SETATTR("mount_setattr", "5.12", -1, 0, Args.WRONG_FLAGS, 0, 0);

    private final String since;
    private final long[] words;

    ProbedCall(String name, String since, long... arguments) {
        this.since = since;
        this.words = new long[arguments.length + 1];
        words[0] = SystemCall.number(name);
        System.arraycopy(arguments, 0, words, 1, arguments.length);
    }

    /** The first Linux version that has the call, such as {@code 5.12}. */
    public String since() {
        return since;
    }

    /** The call's number and its arguments, as syscall(2) takes them. */
    long[] words() {
        return words.clone();
    }

    /** A class of its own, because an enum's constants cannot refer to static fields of the enum. */
    private static final class Args {

        static final long WRONG_FLAGS = 0x7fff0000;

        private Args() {}
    }
}
