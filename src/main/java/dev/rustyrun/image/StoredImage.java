package dev.rustyrun.image;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that is in the store, with all of its blobs.
 *
 * @param manifestDigest what its manifest is called
 * @param id what its configuration is called, which is the image's id
 * @param layers the lowest first
 */
public record StoredImage(Digest manifestDigest, Digest id, ImageConfig config, List<LayerBlob> layers) {

    /**
     * A layer as the registry had it.
     *
     * @param mediaType what the manifest says of its form
     * @param size of the file, in bytes
     * @param file the blob; {@link LayerStream} reads the tar in it
     * @param diffId what the tar in it is called
     */
    public record LayerBlob(Digest digest, String mediaType, long size, Path file, Digest diffId) {}
}
