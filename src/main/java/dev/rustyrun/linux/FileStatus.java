package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What statx(2) says of a file.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param links how many names it has; a directory of a cgroup has two, and one for each directory in it
 * @param uid of its owner
 * @param gid of its group
 * @param major of a device file
 * @param minor of a device file
 * @param size of its contents, in bytes
 * @param modified when its contents were last changed, in seconds since 1970
 * @param modifiedNanos of that second
 * @param place its file system and its number there: two files with the same are the same file
 * @param mount the mount by which it was found
 */
public record FileStatus(
        int mode,
        int links,
        int uid,
        int gid,
        int major,
        int minor,
        long size,
        long modified,
        int modifiedNanos,
        Place place,
        long mount) {

    static final int STATX_SIZE = 256;
    /** STATX_TYPE, MODE, NLINK, UID, GID, MTIME, INO, SIZE and MNT_ID. */
    static final int STATX_WANTED = 0x135f;

    /** What tells one file from all others. */
    public record Place(int deviceMajor, int deviceMinor, long inode) {

        /** Whether both are on the same file system. */
        public boolean isOnDeviceOf(Place other) {
            return deviceMajor == other.deviceMajor && deviceMinor == other.deviceMinor;
        }
    }

    static FileStatus decode(byte[] statx) {
        ByteBuffer b = ByteBuffer.wrap(statx).order(ByteOrder.nativeOrder());
        return new FileStatus(
                Short.toUnsignedInt(b.getShort(28)),
                b.getInt(16),
                b.getInt(20),
                b.getInt(24),
                b.getInt(128),
                b.getInt(132),
                b.getLong(40),
                b.getLong(112),
                b.getInt(120),
                new Place(b.getInt(136), b.getInt(140), b.getLong(32)),
                b.getLong(144));
    }

    /** Two {@code struct timespec}s with the same time. */
    static byte[] times(long seconds, int nanos) {
        return ByteBuffer.allocate(32)
                .order(ByteOrder.nativeOrder())
                .putLong(seconds)
                .putLong(nanos)
                .putLong(seconds)
                .putLong(nanos)
                .array();
    }

    public boolean isDirectory() {
        return type() == FileFlag.S_IFDIR;
    }

    public boolean isRegularFile() {
        return type() == FileFlag.S_IFREG;
    }

    /** Permission bits, with set-user-id, set-group-id and sticky. */
    public int permissions() {
        return mode & 07777;
    }

    public boolean isPipe() {
        return type() == FileFlag.S_IFIFO;
    }

    public boolean isSocket() {
        return type() == FileFlag.S_IFSOCK;
    }

    public boolean isBlockDevice() {
        return type() == FileFlag.S_IFBLK;
    }

    /** Whether it is a device of either kind. */
    public boolean isDevice() {
        return isBlockDevice() || type() == FileFlag.S_IFCHR;
    }

    public boolean isSymbolicLink() {
        return type() == FileFlag.S_IFLNK;
    }

    /** Whether it is the character device with these numbers. */
    public boolean isCharacterDevice(int wantedMajor, int wantedMinor) {
        return type() == FileFlag.S_IFCHR && major == wantedMajor && minor == wantedMinor;
    }

    /** Whether any execute bit is set on a regular file. */
    public boolean isExecutableFile() {
        return type() == FileFlag.S_IFREG && (mode & 0111) != 0;
    }

    /** Whether it belongs to {@code user} and nobody else may write it. */
    public boolean isOnlyWritableBy(int user) {
        return uid == user && (mode & 0022) == 0;
    }

    /** What kind of file it is, in words. */
    String kind() {
        return switch (type()) {
            case FileFlag.S_IFREG -> "a regular file";
            case FileFlag.S_IFDIR -> "a directory";
            case FileFlag.S_IFLNK -> "a symbolic link";
            case FileFlag.S_IFIFO -> "a FIFO";
            case FileFlag.S_IFCHR, FileFlag.S_IFBLK -> "a device";
            default -> "a socket";
        };
    }

    private int type() {
        return mode & FileFlag.S_IFMT;
    }
}
