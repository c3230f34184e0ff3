package dev.rustyrun.linux;

import java.util.Arrays;

/**
 * Writes a new, empty file from its beginning to its end, and leaves out whole blocks of zeros: they become holes, which take no
 * room. So a file with holes has them again after it was a tar stream, in which they are zeros.
 */
public final class SparseOutput {

    private static final int BLOCK = 16 * 1024;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final Linux linux;
    private final int fd;
    private long size;
    private long written;

    /** One into the empty file {@code fd}. */
    public SparseOutput(Linux linux, int fd) {
        this.linux = linux;
        this.fd = fd;
    }

    /**
     * Writes {@code buffer[0..count)} after what was written before.
     *
     * @return how many of these bytes take room
     */
    public int write(byte[] buffer, int count) {
        int taken = 0;
        for (int from = 0; from < count; ) {
            int to = from;
            while (to < count && !isZero(buffer, to, Math.min(to + BLOCK, count))) {
                to = Math.min(to + BLOCK, count);
            }
            if (to > from) {
                linux.writeAt(fd, buffer, from, to - from, size + from);
                taken += to - from;
                written = size + to;
            }
            from = Math.min(to + BLOCK, count);
        }
        size += count;
        return taken;
    }

    /** Leaves out {@code count} bytes, which are zeros. */
    public void skip(long count) {
        size += count;
    }

    private static boolean isZero(byte[] buffer, int from, int to) {
        return buffer[from] == 0 && buffer[to - 1] == 0 && Arrays.equals(buffer, from, to, ZEROS, 0, to - from);
    }

    /** Gives the file its whole size: it may end with a hole. */
    public void finish() {
        if (written < size) {
            linux.truncate(fd, size);
        }
    }
}
