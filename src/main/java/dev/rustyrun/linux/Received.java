package dev.rustyrun.linux;

/**
 * A message received over a unix socket.
 *
 * @param count bytes received; 0 when the other end is closed
 * @param descriptor the descriptor that was sent along, now owned by this process, or -1
 */
public record Received(int count, int descriptor) {}
