package dev.rustyrun.linux;

import java.util.ArrayList;
import java.util.List;

/** A namespace type as {@code linux/sched.h} flags it; man 7 namespaces. */
public enum CloneFlag {
    CLONE_NEWTIME(0x00000080),
    CLONE_NEWNS(0x00020000),
    CLONE_NEWCGROUP(0x02000000),
    CLONE_NEWUTS(0x04000000),
    CLONE_NEWIPC(0x08000000),
    CLONE_NEWUSER(0x10000000),
    CLONE_NEWPID(0x20000000),
    CLONE_NEWNET(0x40000000);

    /** A root and a working directory that are not shared with other threads; man 2 unshare. */
    public static final int CLONE_FS = 0x200;

    /** clone(2): the copy gets the caller's parent as its parent. */
    static final int CLONE_PARENT = 0x8000;

    private final int value;

    CloneFlag(int value) {
        this.value = value;
    }

    /** The header's value. */
    public int value() {
        return value;
    }

    /** The names of the flags set in {@code flags}, joined by {@code |}. */
    public static String describe(int flags) {
        List<String> names = new ArrayList<>();
        for (CloneFlag flag : values()) {
            if ((flags & flag.value) != 0) {
                names.add(flag.name());
            }
        }
        return String.join("|", names);
    }

    /** Flags that are formatted only when a message needs them. */
    record Described(int flags) {
        @Override
        public String toString() {
            return describe(flags);
        }
    }
}
