package dev.rustyrun.engine;

/**
 * A name of an image in a list.
 *
 * @param id the whole id, with its algorithm
 * @param repository as people write it; empty for an image without names
 * @param tag its tag; empty for none
 * @param digest what the manifest is called
 * @param created when the image was made, as RFC 3339; empty if unknown
 * @param size of its blobs, in bytes
 * @param platform as os/architecture[/variant]
 */
public record ImageRow(
        String id, String repository, String tag, String digest, String created, long size, String platform) {}
