package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The read-only mappings of this process's own executable. The kernel can reload their pages from the file at any time,
 * except pages that were written before the mapping became read-only: a mapping with such a page is left alone. See man
 * 5 proc, {@code /proc/pid/maps} and {@code /proc/pid/pagemap}.
 */
final class ProgramPages {

    private static final int MADV_DONTNEED = 4;
    private static final int PAGE = 4096;
    private static final int MAX_MAPS_LENGTH = 64 * 1024;
    /** Bits of an entry of pagemap. */
    private static final long PRESENT = 1L << 63;

    private static final long SWAPPED = 1L << 62;
    private static final long OF_FILE = 1L << 61;

    private final Linux linux;
    private final List<long[]> parts = new ArrayList<>();

    ProgramPages(Linux linux) {
        this.linux = linux;
        int maps = linux.openIfReadable("/proc/self/maps");
        int pagemap = linux.openIfReadable("/proc/self/pagemap");
        if (maps >= 0 && pagemap >= 0) {
            find(maps, pagemap);
        }
        closeIfOpen(maps);
        closeIfOpen(pagemap);
    }

    private void closeIfOpen(int fd) {
        if (fd >= 0) {
            linux.close(fd);
        }
    }

    /** Gives the pages back to the kernel. */
    void release() {
        for (long[] part : parts) {
            linux.libc().call("madvise", part[0], part[1] - part[0], MADV_DONTNEED);
        }
    }

    /** Parses lines {@code start-end perms offset device inode path}; the first line is a mapping of the program. */
    private void find(int maps, int pagemap) {
        byte[] text = new byte[MAX_MAPS_LENGTH];
        int length = 0;
        for (int got = 1; got > 0; length += got) {
            byte[] piece = new byte[PAGE];
            got = linux.read(maps, piece, Math.min(PAGE, MAX_MAPS_LENGTH - length));
            System.arraycopy(piece, 0, text, length, got);
        }
        String program = "";
        for (int at = 0; at < length; ) {
            int end = at;
            while (end < length && text[end] != '\n') {
                end++;
            }
            String line = new String(text, at, end - at, StandardCharsets.UTF_8);
            String path = line.substring(line.lastIndexOf(' ') + 1);
            program = at == 0 ? path : program;
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (path.equals(program) && line.startsWith("r-", space + 1)) {
                long start = Long.parseUnsignedLong(line, 0, dash, 16);
                long stop = Long.parseUnsignedLong(line, dash + 1, space, 16);
                if (isUnwritten(pagemap, start, stop)) {
                    parts.add(new long[] {start, stop});
                }
            }
            at = end + 1;
        }
    }

    private boolean isUnwritten(int pagemap, long start, long stop) {
        byte[] bytes = new byte[(int) ((stop - start) / PAGE * Long.BYTES)];
        Argument room = new Argument.Output(bytes, bytes.length);
        if (linux.libc().call("pread", pagemap, room, bytes.length, start / PAGE * Long.BYTES) != bytes.length) {
            return false;
        }
        ByteBuffer entries = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        while (entries.hasRemaining()) {
            long page = entries.getLong();
            if ((page & SWAPPED) != 0 || (page & (PRESENT | OF_FILE)) == PRESENT) {
                return false;
            }
        }
        return true;
    }
}
