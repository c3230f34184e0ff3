package dev.rustyrun.container.files;

/**
 * The size of an unpacked archive.
 *
 * @param entries the number of entries
 * @param bytes the total size of the files
 */
public record Unpacked(long entries, long bytes) {}
