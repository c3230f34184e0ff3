package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * The status of a file system, as statfs(2) returns it.
 *
 * @param type its magic number of {@code linux/magic.h}
 * @param used bytes that are in use
 * @param files number of inodes in use
 * @param flags ST_ flags of the mount
 */
public record FileSystemStatus(int type, long used, long files, long flags) {

    static final int STATFS_SIZE = 120;

    private static final long ST_NODEV = 4;

    private static final int PROC = 0x9fa0;
    private static final int TMPFS = 0x01021994;
    private static final int SYSFS = 0x62656572;
    private static final int OVERLAYFS = 0x794c7630;
    /** proc, sysfs, cgroup, cgroup2, devpts, mqueue, debugfs, tracefs, securityfs, bpf, nsfs, configfs, selinuxfs, efivarfs. */
    private static final Set<Integer> KERNEL_INTERFACES = Set.of(
            PROC,
            0x62656572,
            0x27e0eb,
            0x63677270,
            0x1cd1,
            0x19800202,
            0x64626720,
            0x74726163,
            0x73636673,
            0xcafe4a11,
            0x6e736673,
            0x62656570,
            0xf97cff8c,
            0xde5e81e4);

    static FileSystemStatus decode(byte[] statfs) {
        ByteBuffer b = ByteBuffer.wrap(statfs).order(ByteOrder.nativeOrder());
        long blockSize = b.getLong(8);
        return new FileSystemStatus(
                (int) b.getLong(0),
                (b.getLong(16) - b.getLong(24)) * blockSize,
                b.getLong(40) - b.getLong(48),
                b.getLong(80));
    }

    /** Whether the file system is an interface to the kernel and stores no data. */
    public boolean isOfTheKernel() {
        return KERNEL_INTERFACES.contains(type);
    }

    /**
     * Whether the file system stores its data in memory. An overlay is not recognized: its upper layer may be in
     * memory.
     */
    public boolean isInMemory() {
        return type == TMPFS;
    }

    /** Whether it is a proc file system. */
    public boolean isProc() {
        return type == PROC;
    }

    /** Whether it is a sysfs. */
    public boolean isSysfs() {
        return type == SYSFS;
    }

    /** Whether device files cannot be opened on this mount (nodev). */
    public boolean refusesDevices() {
        return (flags & ST_NODEV) != 0;
    }

    /** Whether it is an overlay. */
    public boolean isOverlay() {
        return type == OVERLAYFS;
    }
}
