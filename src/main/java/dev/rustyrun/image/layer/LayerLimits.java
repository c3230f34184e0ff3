package dev.rustyrun.image.layer;

import java.util.function.LongPredicate;

/**
 * Limits for unpacking a layer, because a small layer can be made to fill any disk.
 *
 * @param entries the maximum number of entries
 * @param bytes the maximum total size of the files
 * @param ratio the maximum compression ratio above {@code free} bytes
 * @param free up to this size in bytes, the ratio is not checked
 * @param room takes a number of bytes from the store's room; false if they do not fit
 */
public record LayerLimits(long entries, long bytes, long ratio, long free, LongPredicate room) {

    /** Far above real images: the largest ones in use have a million files and some dozens of GiB. */
    public static final LayerLimits DEFAULT = new LayerLimits(4_000_000, 256L << 30, 250, 4L << 30);

    LayerLimits(long entries, long bytes, long ratio, long free) {
        this(entries, bytes, ratio, free, count -> true);
    }

    /** These limits with {@code store} as the room. */
    public LayerLimits within(LongPredicate store) {
        return new LayerLimits(entries, bytes, ratio, free, store);
    }

    /** Takes room for {@code count} bytes, or throws if the store has none. */
    void take(long count) {
        if (!room.test(count)) {
            throw new LayerException("the image store would take more than its maxSize (images.json): rustyrun image"
                    + " prune --all removes what no container uses");
        }
    }

    void checkEntries(long count) {
        if (count > entries) {
            throw new LayerException("the layer has more than " + entries + " entries, which is the limit");
        }
    }

    /**
     * Checks the size.
     *
     * @param unpacked the unpacked bytes so far
     * @param taken the unpacked bytes without holes
     * @param read the compressed bytes read so far
     */
    void checkBytes(long unpacked, long taken, long read) {
        if (unpacked > bytes) {
            throw new LayerException("the layer unpacks to more than " + bytes + " bytes, which is the limit");
        }
        if (taken > free && taken / ratio > read) {
            throw new LayerException("the layer unpacks to more than " + ratio
                    + " times its compressed size, which is the limit above " + free + " bytes");
        }
    }
}
