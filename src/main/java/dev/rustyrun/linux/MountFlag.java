package dev.rustyrun.linux;

import java.util.ArrayList;
import java.util.List;

/** A flag of mount(2), with the header's name and, where one exists, the option of mount(8). */
public enum MountFlag {
    MS_RDONLY(1, "ro"),
    MS_NOSUID(1 << 1, "nosuid"),
    MS_NODEV(1 << 2, "nodev"),
    MS_NOEXEC(1 << 3, "noexec"),
    MS_SYNCHRONOUS(1 << 4, "sync"),
    MS_REMOUNT(1 << 5, "remount"),
    MS_MANDLOCK(1 << 6, "mand"),
    MS_DIRSYNC(1 << 7, "dirsync"),
    MS_NOSYMFOLLOW(1 << 8, "nosymfollow"),
    MS_NOATIME(1 << 10, "noatime"),
    MS_NODIRATIME(1 << 11, "nodiratime"),
    MS_BIND(1 << 12, "bind"),
    MS_MOVE(1 << 13, "move"),
    MS_REC(1 << 14, "rec"),
    MS_SILENT(1 << 15, "silent"),
    MS_UNBINDABLE(1 << 17, "unbindable"),
    MS_PRIVATE(1 << 18, "private"),
    MS_SLAVE(1 << 19, "slave"),
    MS_SHARED(1 << 20, "shared"),
    MS_RELATIME(1 << 21, "relatime"),
    MS_I_VERSION(1 << 23, "iversion"),
    MS_STRICTATIME(1 << 24, "strictatime"),
    MS_LAZYTIME(1 << 25, "lazytime");

    private final long value;
    private final String option;

    MountFlag(long value, String option) {
        this.value = value;
        this.option = option;
    }

    /** The header's value. */
    public long value() {
        return value;
    }

    /** The option of mount(8). */
    public String option() {
        return option;
    }

    /** The bits of all {@code flags}. */
    public static long of(MountFlag... flags) {
        long word = 0;
        for (MountFlag flag : flags) {
            word |= flag.value;
        }
        return word;
    }

    /** The mount(8) options of the flags set in {@code word}, joined by commas. */
    public static String describe(long word) {
        List<String> names = new ArrayList<>();
        for (MountFlag flag : values()) {
            if ((word & flag.value) != 0) {
                names.add(flag.option);
            }
        }
        return String.join(",", names);
    }

    /** Flags that are formatted only when a message needs them. */
    record Described(long flags) {
        @Override
        public String toString() {
            String words = describe(flags);
            return words.isEmpty() ? "0" : words;
        }
    }
}
