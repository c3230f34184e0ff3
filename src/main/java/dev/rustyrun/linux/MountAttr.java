package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct mount_attr} of mount_setattr(2): the attributes to set and to clear on a mount, and its propagation
 * (an MS_ value of {@link MountFlag}, or 0).
 */
public record MountAttr(long set, long clear, long propagation) {

    public static final int MOUNT_ATTR_RDONLY = 0x01;
    public static final int MOUNT_ATTR_NOSUID = 0x02;
    public static final int MOUNT_ATTR_NODEV = 0x04;
    public static final int MOUNT_ATTR_NOEXEC = 0x08;
    private static final int MOUNT_ATTR_ATIME = 0x70;
    private static final int MOUNT_ATTR_NOATIME = 0x10;
    private static final int MOUNT_ATTR_STRICTATIME = 0x20;
    private static final int MOUNT_ATTR_NODIRATIME = 0x80;
    private static final int MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    /** The attributes that mount(2)'s {@code flags} mean for a bind mount: those named are set, the rest stay. */
    public static MountAttr fromMountFlags(long flags, long propagation) {
        long set = 0;
        long clear = 0;
        set |= when(flags, MountFlag.MS_RDONLY, MOUNT_ATTR_RDONLY);
        set |= when(flags, MountFlag.MS_NOSUID, MOUNT_ATTR_NOSUID);
        set |= when(flags, MountFlag.MS_NODEV, MOUNT_ATTR_NODEV);
        set |= when(flags, MountFlag.MS_NOEXEC, MOUNT_ATTR_NOEXEC);
        set |= when(flags, MountFlag.MS_NODIRATIME, MOUNT_ATTR_NODIRATIME);
        set |= when(flags, MountFlag.MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW);
        long atime = when(flags, MountFlag.MS_NOATIME, MOUNT_ATTR_NOATIME)
                | when(flags, MountFlag.MS_STRICTATIME, MOUNT_ATTR_STRICTATIME);
        if (atime != 0 || (flags & MountFlag.MS_RELATIME.value()) != 0) {
            clear |= MOUNT_ATTR_ATIME;
            set |= atime;
        }
        return new MountAttr(set, clear, propagation);
    }

    private static long when(long flags, MountFlag flag, long attribute) {
        return (flags & flag.value()) != 0 ? attribute : 0;
    }

    byte[] encode() {
        return ByteBuffer.allocate(32).order(ByteOrder.nativeOrder()).putLong(set).putLong(clear).putLong(propagation)
                .putLong(0).array();
    }
}
