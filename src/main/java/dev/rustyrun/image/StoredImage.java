package dev.rustyrun.image;

import java.nio.file.Path;
import java.util.List;

/**
 * A stored image with all its blobs.
 *
 * @param manifestDigest the digest of the manifest
 * @param id the digest of the configuration, which is the image's id
 * @param layers the lowest first
 */
public record StoredImage(Digest manifestDigest, Digest id, ImageConfig config, List<LayerBlob> layers) {

    /**
     * A layer as it came from the registry.
     *
     * @param mediaType the media type from the manifest
     * @param size the size of the file, in bytes
     * @param file the blob; {@link LayerStream} reads the tar in it
     * @param diffId the digest of the uncompressed tar
     */
    public record LayerBlob(Digest digest, String mediaType, long size, Path file, Digest diffId) {}
}
