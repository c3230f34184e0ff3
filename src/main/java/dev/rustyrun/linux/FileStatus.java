package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What statx(2) says of a file.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param major of a device file
 * @param minor of a device file
 * @param owner the user whose file it is
 */
public record FileStatus(int mode, int major, int minor, int owner) {

    static final int STATX_SIZE = 256;
    static final int STATX_TYPE_MODE_AND_OWNER = 0xB;

    static FileStatus decode(byte[] statx) {
        ByteBuffer b = ByteBuffer.wrap(statx).order(ByteOrder.nativeOrder());
        return new FileStatus(Short.toUnsignedInt(b.getShort(28)), b.getInt(128), b.getInt(132),
                b.getInt(20));
    }

    public boolean isDirectory() {
        return type() == FileFlag.S_IFDIR;
    }

    public boolean isSymbolicLink() {
        return type() == FileFlag.S_IFLNK;
    }

    /** Whether any execute bit is set on a regular file. */
    public boolean isExecutableFile() {
        return type() == FileFlag.S_IFREG && (mode & 0111) != 0;
    }

    /** Whether it belongs to {@code user} and nobody else may write it. */
    public boolean isOnlyWritableBy(int user) {
        return owner == user && (mode & 0022) == 0;
    }

    private int type() {
        return mode & FileFlag.S_IFMT;
    }
}
