package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes what a container writes: frames of time (microseconds since 1970, 8 bytes), stream (1 byte) and length (4 bytes)
 * before the bytes. Up to a limit; what is beyond it is dropped, after a frame that says so.
 */
final class LogWriter {

    static final int HEADER = 13;
    static final byte STDOUT = 1;
    static final byte STDERR = 2;
    /** The limit was reached. */
    static final byte TRUNCATED = 3;

    private static final byte[] NOTHING = {};

    private final Linux linux;
    private final int descriptor;
    private long left;
    /** What is left of a frame that has been begun. */
    private byte[] torn = NOTHING;

    /** @param most bytes of output to keep */
    LogWriter(Linux linux, int descriptor, long most) {
        this.linux = linux;
        this.descriptor = descriptor;
        this.left = most;
    }

    void write(byte stream, byte[] bytes, int count) {
        if (left < 0) {
            return;
        }
        int kept = (int) Math.min(count, left);
        frame(stream, bytes, kept);
        left -= kept;
        if (kept < count) {
            frame(TRUNCATED, bytes, 0);
            left = -1;
        }
    }

    /**
     * Writes all of it, or begins to and keeps the rest for the next time, or drops it: a disk that is full is no reason to end
     * what only happens to write. No reader ever finds a frame in a frame.
     */
    private void append(byte[] frame) {
        if (isWritten()) {
            torn = frame;
            isWritten();
            if (torn == frame) {
                // None of it: so it is dropped, and not kept for later.
                torn = NOTHING;
            }
        }
    }

    private boolean isWritten() {
        try {
            while (torn.length > 0) {
                torn = Arrays.copyOfRange(torn, linux.write(descriptor, torn, 0, torn.length), torn.length);
            }
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    private void frame(byte stream, byte[] bytes, int count) {
        java.time.Instant now = java.time.Instant.now();
        append(ByteBuffer.allocate(HEADER + count)
                .putLong(now.getEpochSecond() * 1_000_000 + now.getNano() / 1000)
                .put(stream)
                .putInt(count)
                .put(bytes, 0, count)
                .array());
    }

    void close() {
        linux.close(descriptor);
    }
}
