package dev.rustyrun.linux;

import java.util.Arrays;

/**
 * Writes a new, empty file sequentially and skips blocks of zeros, so that they become holes, which take no disk space.
 * This restores the holes of a file that was transferred as a tar stream, in which they are zeros.
 */
public final class SparseOutput {

    private static final int BLOCK = 16 * 1024;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final Linux linux;
    private final int fd;
    private long size;
    private long written;

    /** Writes to the empty file {@code fd}. */
    public SparseOutput(Linux linux, int fd) {
        this.linux = linux;
        this.fd = fd;
    }

    /**
     * Appends {@code buffer[0..count)}.
     *
     * @return how many of these bytes take disk space
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

    /** Appends a hole of {@code count} bytes. */
    public void skip(long count) {
        size += count;
    }

    private static boolean isZero(byte[] buffer, int from, int to) {
        return buffer[from] == 0 && buffer[to - 1] == 0 && Arrays.equals(buffer, from, to, ZEROS, 0, to - from);
    }

    /** Sets the final size of the file, because it may end with a hole. */
    public void finish() {
        if (written < size) {
            linux.truncate(fd, size);
        }
    }
}
