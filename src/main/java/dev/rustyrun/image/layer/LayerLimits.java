package dev.rustyrun.image.layer;

/**
 * What a layer may become when it is unpacked: a small one could be made to fill any disk.
 *
 * @param entries how many files, directories and links it may have
 * @param bytes how large its files may be, together
 * @param ratio how many times larger than its compressed form, once it is larger than {@code free}
 * @param free up to how many bytes the ratio is not looked at
 */
public record LayerLimits(long entries, long bytes, long ratio, long free) {

    /** Far above what images have: the largest in use have a million files and some dozens of GiB. */
    public static final LayerLimits DEFAULT = new LayerLimits(4_000_000, 256L << 30, 250, 4L << 30);

    void checkEntries(long count) {
        if (count > entries) {
            throw new LayerException("the layer has more than " + entries + " entries, which is the limit");
        }
    }

    /**
     * Checks the size.
     *
     * @param unpacked bytes until now
     * @param read bytes of its compressed form until now
     */
    void checkBytes(long unpacked, long read) {
        if (unpacked > bytes) {
            throw new LayerException("the layer unpacks to more than " + bytes + " bytes, which is the limit");
        }
        if (unpacked > free && unpacked / ratio > read) {
            throw new LayerException("the layer unpacks to more than " + ratio
                    + " times its compressed size, which is the limit above " + free + " bytes");
        }
    }
}
