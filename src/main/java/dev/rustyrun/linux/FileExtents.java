package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lists where an open file has data: the kernel's {@code struct fiemap}, Documentation/filesystems/fiemap.rst. The
 * ranges between extents are holes or blocks that were never written; both read as zeros.
 */
public final class FileExtents {

    /** The bytes from {@code start} (inclusive) to {@code end} (exclusive). */
    public record Extent(long start, long end) {}

    static final int AT_ONCE = 128;

    private static final int HEADER = 32;
    private static final int EXTENT = 56;
    private static final int FLAGS_AT = 16;
    private static final int MAPPED_AT = 20;
    private static final int COUNT_AT = 24;
    private static final int LENGTH_AT = 16;
    private static final int EXTENT_FLAGS_AT = 40;

    /** FIEMAP_FLAG_SYNC: write cached data to disk first, so that it has an extent. */
    private static final int SYNC = 1;

    private static final int LAST = 1;
    private static final int UNWRITTEN = 0x800;

    private final Linux linux;
    private final int fd;
    private long next;
    private boolean ended;

    /** Lists the extents of the open file {@code fd}. */
    public FileExtents(Linux linux, int fd) {
        this.linux = linux;
        this.fd = fd;
    }

    /** The next extents, in order; an empty list at the end. Nothing when the file system does not support FIEMAP. */
    public Optional<List<Extent>> more() {
        List<Extent> some = new ArrayList<>();
        while (!ended && some.isEmpty()) {
            Struct map = new Struct(HEADER + AT_ONCE * EXTENT)
                    .putLong(0, next)
                    .putLong(Long.BYTES, Long.MAX_VALUE - next)
                    .putInt(FLAGS_AT, SYNC)
                    .putInt(COUNT_AT, AT_ONCE);
            int result = linux.libc().repeat("ioctl", fd, Ioctl.FS_IOC_FIEMAP, map);
            if (result < 0 && next == 0) {
                return Optional.empty();
            }
            check(result, "ioctl FS_IOC_FIEMAP", fd);
            int count = Math.min(map.getInt(MAPPED_AT), AT_ONCE);
            ended = count == 0;
            for (int at = HEADER; at < HEADER + count * EXTENT; at += EXTENT) {
                int flags = map.getInt(at + EXTENT_FLAGS_AT);
                long start = map.getLong(at);
                next = start + map.getLong(at + LENGTH_AT);
                ended |= (flags & LAST) != 0;
                if ((flags & UNWRITTEN) == 0) {
                    some.add(new Extent(start, next));
                }
            }
        }
        return Optional.of(some);
    }
}
