package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/** Moves bytes through descriptors that do not wait: pipes, FIFOs and the master sides of terminals. */
public final class Transfer {

    /** Nothing can be moved now. */
    public static final int WOULD_WAIT = -1;

    private Transfer() {}

    /** Reads what is there; how many bytes, 0 when the other side is closed (of a terminal: EIO), or {@link #WOULD_WAIT}. */
    public static int read(Linux linux, int descriptor, byte[] buffer) {
        try {
            return linux.read(descriptor, buffer, buffer.length);
        } catch (LinuxException e) {
            return count(e);
        }
    }

    /** Writes what can be taken of {@code count} bytes from {@code from} on; the same. */
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
