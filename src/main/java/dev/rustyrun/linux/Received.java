package dev.rustyrun.linux;

/**
 * What came over a unix socket.
 *
 * @param count bytes received; 0 when the other end is closed
 * @param descriptor one that came along, now ours, or -1
 */
public record Received(int count, int descriptor) {}
