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
 * Writes the output of a container as frames: time (microseconds since 1970, 8 bytes), stream (1 byte), length (4
 * bytes), and the bytes. Two files are kept, each with half of the limit. When the newer one is full, the older one is
 * removed and a new one is begun. So output up to the limit is kept completely; of more output, the newest is kept. The
 * files are {@code log}, {@code log.1} and so on.
 */
public final class LogWriter {

    static final int HEADER = 13;

    private static final byte[] NOTHING = {};

    private final Linux linux;
    private final Path log;
    private final long most;
    private int generation;
    private int descriptor;
    private long left;
    /** The unwritten rest of a partly written frame. */
    private byte[] torn = NOTHING;

    private boolean waitsForReaders = true;

    /** @param most how many bytes of output to keep */
    public LogWriter(Linux linux, Path log, long most) {
        this.linux = linux;
        this.log = log;
        this.most = most;
        this.left = most - most / 2;
        this.descriptor = linux.create(log.toString(), 0600);
    }

    /** The file with number {@code generation}. */
    static Path file(Path log, int generation) {
        return generation == 0 ? log : log.resolveSibling(log.getFileName() + "." + generation);
    }

    /** The number of {@code file}, or -1 when it does not belong to the log. */
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
     * Writes {@code count} bytes from {@code from} on. Stops when a file must be removed that a {@link LogHold}
     * protects; returns the number of bytes written.
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

    /** From now on, removes files even if a reader protects them. */
    public void ignoreReaders() {
        waitsForReaders = false;
    }

    private boolean isOldestHeld() {
        if (generation == 0 || !waitsForReaders) {
            return false;
        }
        try (OpenFile oldest = new OpenFile(
                linux, linux.open(file(log, generation - 1).toString(), FileFlag.O_RDONLY | FileFlag.O_NOFOLLOW))) {
            return !linux.lockIfFree(oldest.descriptor());
        } catch (LinuxException e) {
            // The file is missing, or no descriptor is free; neither is a reason to wait.
            return false;
        }
    }

    /**
     * Writes a frame. If it is only partly written, the rest is kept for the next call; if nothing is written, it is
     * dropped: a full disk must not end the command. So a reader never finds a frame inside another.
     */
    private void append(byte[] frame) {
        if (isWritten()) {
            torn = frame;
            isWritten();
            if (torn == frame) {
                // Nothing was written, so the frame can be dropped.
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

    /** Begins the next file; false when that fails. Then output is dropped, as on a full disk. */
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
            // The frame stays incomplete; the old file will be removed.
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
