package dev.rustyrun.container.files;

/**
 * What was unpacked.
 *
 * @param entries how many
 * @param bytes how many were in files
 */
public record Unpacked(long entries, long bytes) {}
