package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.StringJoiner;

/**
 * {@code struct mount_attr} of mount_setattr(2): the attributes to set and to clear on a mount, its propagation (an MS_
 * value of {@link MountFlag}, or 0), and for an id-mapped mount a descriptor of the user namespace.
 */
public record MountAttr(long set, long clear, long propagation, int userNamespace) {

    private static final int MOUNT_ATTR_IDMAP = 0x100000;

    /** Attributes without an id mapping. */
    public MountAttr(long set, long clear, long propagation) {
        this(set, clear, propagation, 0);
    }

    /** Maps ids as in the user namespace of this descriptor. */
    public static MountAttr mappingIds(int userNamespace) {
        return new MountAttr(MOUNT_ATTR_IDMAP, 0, 0, userNamespace);
    }

    public static final int MOUNT_ATTR_RDONLY = 0x01;
    public static final int MOUNT_ATTR_NOSUID = 0x02;
    public static final int MOUNT_ATTR_NODEV = 0x04;
    public static final int MOUNT_ATTR_NOEXEC = 0x08;
    private static final int MOUNT_ATTR_ATIME = 0x70;
    private static final int MOUNT_ATTR_NOATIME = 0x10;
    private static final int MOUNT_ATTR_STRICTATIME = 0x20;
    private static final int MOUNT_ATTR_NODIRATIME = 0x80;
    private static final int MOUNT_ATTR_NOSYMFOLLOW = 0x200000;
    private static final long ACCESS_TIME_FLAGS =
            MountFlag.of(MountFlag.MS_NOATIME, MountFlag.MS_STRICTATIME, MountFlag.MS_RELATIME);

    /** Sets {@code attributes} and leaves the rest as it is. */
    public static MountAttr setting(long attributes) {
        return new MountAttr(attributes, 0, 0);
    }

    /** The attributes to set on a mount for mount(2)'s {@code flags}. */
    public static long bits(long flags) {
        return when(flags, MountFlag.MS_RDONLY, MOUNT_ATTR_RDONLY)
                | when(flags, MountFlag.MS_NOSUID, MOUNT_ATTR_NOSUID)
                | when(flags, MountFlag.MS_NODEV, MOUNT_ATTR_NODEV)
                | when(flags, MountFlag.MS_NOEXEC, MOUNT_ATTR_NOEXEC)
                | when(flags, MountFlag.MS_NODIRATIME, MOUNT_ATTR_NODIRATIME)
                | when(flags, MountFlag.MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW)
                | when(flags, MountFlag.MS_NOATIME, MOUNT_ATTR_NOATIME)
                | when(flags, MountFlag.MS_STRICTATIME, MOUNT_ATTR_STRICTATIME);
    }

    /**
     * The attributes to clear on a mount for mount(2)'s flags {@code set} and {@code clear}. The access time mode is
     * one field of several bits, which the kernel requires to be cleared before any bit of it is set.
     */
    public static long bitsToClear(long set, long clear) {
        long cleared = bits(clear) & ~MOUNT_ATTR_ATIME;
        boolean accessTimes = ((set | clear) & ACCESS_TIME_FLAGS) != 0;
        return accessTimes ? cleared | MOUNT_ATTR_ATIME : cleared;
    }

    private static long when(long flags, MountFlag flag, long attribute) {
        return (flags & flag.value()) != 0 ? attribute : 0;
    }

    /** The attributes by their mount(8) options; attributes to clear by the opposite options. */
    public static String describe(long set, long clear) {
        StringJoiner words = new StringJoiner(",");
        for (Word word : Word.values()) {
            if ((set & word.bit) != 0) {
                words.add(word.name());
            } else if ((clear & word.bit) != 0 && !word.opposite.isEmpty()) {
                words.add(word.opposite);
            }
        }
        return words.toString();
    }

    private enum Word {
        ro(MOUNT_ATTR_RDONLY, "rw"),
        nosuid(MOUNT_ATTR_NOSUID, "suid"),
        nodev(MOUNT_ATTR_NODEV, "dev"),
        noexec(MOUNT_ATTR_NOEXEC, "exec"),
        noatime(MOUNT_ATTR_NOATIME, ""),
        strictatime(MOUNT_ATTR_STRICTATIME, ""),
        nodiratime(MOUNT_ATTR_NODIRATIME, "diratime"),
        nosymfollow(MOUNT_ATTR_NOSYMFOLLOW, "symfollow");

        private final long bit;
        private final String opposite;

        Word(long bit, String opposite) {
            this.bit = bit;
            this.opposite = opposite;
        }
    }

    /** The format for a message about a failed call. */
    @Override
    public String toString() {
        StringJoiner words = new StringJoiner(", ", "{", "}");
        if ((set & MOUNT_ATTR_IDMAP) != 0) {
            words.add("idmap");
        }
        String attributes = describe(set, clear);
        if (!attributes.isEmpty()) {
            words.add(attributes);
        }
        if (propagation != 0) {
            words.add(MountFlag.describe(propagation));
        }
        return words.toString();
    }

    byte[] encode() {
        return ByteBuffer.allocate(32)
                .order(ByteOrder.nativeOrder())
                .putLong(set)
                .putLong(clear)
                .putLong(propagation)
                .putLong(userNamespace)
                .array();
    }
}
