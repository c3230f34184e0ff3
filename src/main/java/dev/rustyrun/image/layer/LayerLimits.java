package dev.rustyrun.image.layer;

import java.util.function.LongPredicate;

/**
 * What a layer may become when it is unpacked: a small one could be made to fill any disk.
 *
 * @param entries how many files, directories and links it may have
 * @param bytes how large its files may be, together
 * @param ratio how many times larger than its compressed form, once it is larger than {@code free}
 * @param free up to how many bytes the ratio is not looked at
 * @param room takes so many bytes more of what the store may take, if there is room for them
 */
public record LayerLimits(long entries, long bytes, long ratio, long free, LongPredicate room) {

    /** Far above what images have: the largest in use have a million files and some dozens of GiB. */
    public static final LayerLimits DEFAULT = new LayerLimits(4_000_000, 256L << 30, 250, 4L << 30);

    LayerLimits(long entries, long bytes, long ratio, long free) {
        this(entries, bytes, ratio, free, count -> true);
    }

    /** The same for layers that take their room there. */
    public LayerLimits within(LongPredicate store) {
        return new LayerLimits(entries, bytes, ratio, free, store);
    }

    /** Checks that there is room for {@code count} bytes, and takes it. */
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
     * @param unpacked bytes until now
     * @param taken those of them that take room, for they are no holes
     * @param read bytes of its compressed form until now
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
