package dev.rustyrun.container.log;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes what a container writes: frames of time (microseconds since 1970, 8 bytes), stream (1 byte) and length (4 bytes)
 * before the bytes. Two files are kept of half the limit each: when the newer one is full, the older one goes and a new one is
 * begun. So all is kept up to the limit, and beyond that the newest. The files are {@code log}, {@code log.1} and so on.
 */
public final class LogWriter {

    static final int HEADER = 13;
    public static final byte STDOUT = 1;
    public static final byte STDERR = 2;
    /** Something before was dropped. */
    public static final byte TRUNCATED = 3;

    private static final byte[] NOTHING = {};

    private final Linux linux;
    private final Path log;
    private final long most;
    private int generation;
    private int descriptor;
    private long left;
    /** What is left of a frame that has been begun. */
    private byte[] torn = NOTHING;

    private boolean heedsReaders = true;

    /** @param most bytes of output to keep */
    public LogWriter(Linux linux, Path log, long most) {
        this.linux = linux;
        this.log = log;
        this.most = most;
        this.left = most - most / 2;
        this.descriptor = linux.create(log.toString(), 0600);
    }

    /** The file of that number. */
    static Path file(Path log, int generation) {
        return generation == 0 ? log : log.resolveSibling(log.getFileName() + "." + generation);
    }

    /** The number of {@code file}, or -1 when it is none of the log's. */
    static int generation(Path log, Path file) {
        String name = file.getFileName().toString();
        String own = log.getFileName().toString();
        if (name.equals(own)) {
            return 0;
        }
        return name.startsWith(own + ".") && name.substring(own.length() + 1).matches("[1-9][0-9]{0,8}")
                ? Integer.parseInt(name.substring(own.length() + 1))
                : -1;
    }

    /**
     * Writes {@code count} bytes from {@code from} on, or as many as it can before something must be removed that a
     * {@link LogHold} keeps; how many.
     */
    public int write(byte stream, byte[] bytes, int from, int count) {
        for (int done = 0; done < count; ) {
            if (left == 0 && isOldestHeld()) {
                return done;
            }
            if (left == 0 && !isNextBegun()) {
                return count;
            }
            int piece = (int) Math.min(count - done, left);
            if (piece == 0) {
                return count;
            }
            frame(stream, bytes, from + done, piece);
            done += piece;
            left -= piece;
        }
        return count;
    }

    /** From now on, what somebody still reads is removed all the same. */
    public void ignoreReaders() {
        heedsReaders = false;
    }

    private boolean isOldestHeld() {
        if (generation == 0 || !heedsReaders) {
            return false;
        }
        try (OpenFile oldest = new OpenFile(
                linux, linux.open(file(log, generation - 1).toString(), FileFlag.O_RDONLY | FileFlag.O_NOFOLLOW))) {
            return !linux.lockIfFree(oldest.descriptor());
        } catch (LinuxException e) {
            // There is none, or no descriptor is free: it is not worth waiting for.
            return false;
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

    /** Without room for one more file, what is written now is dropped, as it is without room in a file. */
    private boolean isNextBegun() {
        try {
            next(linux.create(file(log, generation + 1).toString(), 0600));
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    private void next(int begun) {
        if (!isWritten()) {
            // It stays torn: the old file will be removed.
            torn = NOTHING;
        }
        linux.close(descriptor);
        descriptor = begun;
        generation++;
        left = most / 2;
        if (generation > 1) {
            try {
                Files.deleteIfExists(file(log, generation - 2));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void frame(byte stream, byte[] bytes, int from, int count) {
        java.time.Instant now = java.time.Instant.now();
        append(ByteBuffer.allocate(HEADER + count)
                .putLong(now.getEpochSecond() * 1_000_000 + now.getNano() / 1000)
                .put(stream)
                .putInt(count)
                .put(bytes, from, count)
                .array());
    }

    public void close() {
        linux.close(descriptor);
    }
}
