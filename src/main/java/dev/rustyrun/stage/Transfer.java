package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/** Transfers bytes through non-blocking descriptors: pipes, FIFOs and the master sides of terminals. */
public final class Transfer {

    /** No data can be transferred now. */
    public static final int WOULD_WAIT = -1;

    private Transfer() {}

    /**
     * Reads available data and returns the number of bytes; 0 when the other side is closed (EIO for a terminal), or
     * {@link #WOULD_WAIT}.
     */
    public static int read(Linux linux, int descriptor, byte[] buffer) {
        try {
            return linux.read(descriptor, buffer, buffer.length);
        } catch (LinuxException e) {
            return count(e);
        }
    }

    /**
     * Writes as much as possible of {@code count} bytes from {@code from} on; returns the same values as {@link #read}.
     */
    public static int write(Linux linux, int descriptor, byte[] bytes, int from, int count) {
        try {
            return linux.write(descriptor, bytes, from, count);
        } catch (LinuxException e) {
            return count(e);
        }
    }

    private static int count(LinuxException e) {
        return switch (e.errno()) {
            case Errno.EAGAIN -> WOULD_WAIT;
            case Errno.EPIPE, Errno.EIO -> 0;
            default -> throw e;
        };
    }
}
