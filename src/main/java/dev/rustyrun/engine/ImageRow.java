package dev.rustyrun.engine;

/**
 * A row in the list of images: one name of an image.
 *
 * @param id the image id with its algorithm
 * @param repository the repository in its short form; empty for an image without names
 * @param tag the tag; empty for none
 * @param digest the digest of the manifest
 * @param created creation time as RFC 3339; empty if unknown
 * @param size size of all blobs, in bytes
 * @param platform os/architecture[/variant]
 */
public record ImageRow(
        String id, String repository, String tag, String digest, String created, long size, String platform) {}
