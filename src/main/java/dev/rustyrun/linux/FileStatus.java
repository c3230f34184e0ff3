package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The status of a file, as statx(2) returns it.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param links number of hard links; a directory of a cgroup file system has two, plus one for each subdirectory
 * @param uid owner
 * @param gid group
 * @param major device number of a device file
 * @param minor device number of a device file
 * @param size size of the contents, in bytes
 * @param modified time of the last change of the contents, in seconds since 1970
 * @param modifiedNanos nanoseconds of that second
 * @param changed time of the last change of the contents or of the inode, which no program can set
 * @param place file system and inode: equal for two paths that lead to the same file
 * @param mount the mount through which the file was found
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
        Moment changed,
        Place place,
        long mount) {

    static final int STATX_SIZE = 256;
    /** STATX_TYPE, MODE, NLINK, UID, GID, MTIME, CTIME, INO, SIZE and MNT_ID. */
    static final int STATX_WANTED = 0x13df;

    /** A time in seconds since 1970, and nanoseconds of that second. */
    public record Moment(long seconds, int nanos) implements Comparable<Moment> {

        @Override
        public int compareTo(Moment other) {
            int bySeconds = Long.compare(seconds, other.seconds);
            return bySeconds == 0 ? Integer.compare(nanos, other.nanos) : bySeconds;
        }
    }

    /** Identifies a file on this machine. */
    public record Place(int deviceMajor, int deviceMinor, long inode) {

        /** Whether both files are on the same file system. */
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
                new Moment(b.getLong(96), b.getInt(104)),
                new Place(b.getInt(136), b.getInt(140), b.getLong(32)),
                b.getLong(144));
    }

    /** Two {@code struct timespec} with the same time. */
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

    /** Permission bits, including set-user-id, set-group-id and sticky. */
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

    /** Whether the file is a character or a block device. */
    public boolean isDevice() {
        return isBlockDevice() || type() == FileFlag.S_IFCHR;
    }

    public boolean isSymbolicLink() {
        return type() == FileFlag.S_IFLNK;
    }

    /** Whether the file is the character device with these numbers. */
    public boolean isCharacterDevice(int wantedMajor, int wantedMinor) {
        return type() == FileFlag.S_IFCHR && major == wantedMajor && minor == wantedMinor;
    }

    /** Whether the file is regular and has an execute bit set. */
    public boolean isExecutableFile() {
        return type() == FileFlag.S_IFREG && (mode & 0111) != 0;
    }

    /** Whether {@code user} owns the file and is the only one with write permission. */
    public boolean isOnlyWritableBy(int user) {
        return uid == user && (mode & 0022) == 0;
    }

    /** The kind of the file, for messages. */
    public String kind() {
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
