package dev.rustyrun.container.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A position in a log, and the frame that begins there. It moves from one file of the log to the next, and to the
 * oldest remaining one when its own has been removed. It keeps no file open, and has only a block of the log in memory.
 * Used by one thread at a time.
 */
final class LogPosition {

    private static final int BLOCK = 32 * 1024;
    private static final int MAX_FRAME = 1024 * 1024;
    private static final int STREAM = 8;
    private static final int LENGTH = 9;

    private final Path log;
    private int generation;
    /** The offset in the file at which the unread part of the block begins. */
    private long position;

    private ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
    private boolean lost;

    LogPosition(Path log) {
        this.log = log;
    }

    /** The number of the current file. */
    int generation() {
        return generation;
    }

    /** The offset in the current file. */
    long position() {
        return position;
    }

    /** Moves to another position. */
    void moveTo(int newGeneration, long newPosition) {
        generation = newGeneration;
        position = newPosition;
        block.limit(0);
    }

    /** Whether output before this position was removed. Returns true only once for each loss. */
    boolean hasJustLost() {
        boolean was = lost;
        lost = false;
        return was;
    }

    /** When the current frame was written, in microseconds since 1970. */
    long micros() {
        return block.getLong(block.position());
    }

    /** The stream of the current frame. */
    byte stream() {
        return block.get(block.position() + STREAM);
    }

    /** The number of output bytes in the current frame. */
    int length() {
        return block.getInt(block.position() + LENGTH);
    }

    /** A byte of the current frame's output. */
    byte at(int index) {
        return block.get(block.position() + LogWriter.HEADER + index);
    }

    /** The current frame's output from {@code from} on. */
    byte[] bytes(int from) {
        int at = block.position() + LogWriter.HEADER;
        return Arrays.copyOfRange(block.array(), at + from, at + length());
    }

    /** How many lines end in the current frame. */
    int lines() {
        int count = 0;
        for (int at = 0; at < length(); at++) {
            count += at(at) == '\n' ? 1 : 0;
        }
        return count;
    }

    /** Moves past the current frame. */
    void pass() {
        int whole = LogWriter.HEADER + length();
        block.position(block.position() + whole);
        position += whole;
    }

    /** Whether the whole next frame is already in the block. */
    boolean hasBufferedFrame() {
        return block.remaining() > LogWriter.HEADER && block.remaining() >= LogWriter.HEADER + length();
    }

    /** Whether a whole frame is available in this file or a later one. */
    boolean hasFrame() throws IOException {
        do {
            if (has(LogWriter.HEADER)) {
                if (length() < 0 || length() > MAX_FRAME) {
                    throw new IOException("the log is damaged");
                }
                if (has(LogWriter.HEADER + length())) {
                    return true;
                }
            }
        } while (advance());
        return false;
    }

    private boolean has(int count) throws IOException {
        while (block.remaining() < count) {
            if (fill(count) <= 0) {
                return false;
            }
        }
        return true;
    }

    /** Reads more of the file; returns the number of bytes, or -1 at its end or when it is missing. */
    private int fill(int wanted) throws IOException {
        if (block.capacity() >= wanted) {
            block.compact();
        } else {
            block = ByteBuffer.allocate(wanted + BLOCK).put(block);
        }
        try (FileChannel file = FileChannel.open(LogWriter.file(log, generation), StandardOpenOption.READ)) {
            return file.read(block, position + block.position());
        } catch (NoSuchFileException e) {
            return -1;
        } finally {
            block.flip();
        }
    }

    /** Called at the end of the current file: whether it has grown, or a later file exists to move to. */
    private boolean advance() throws IOException {
        boolean next = Files.exists(LogWriter.file(log, generation + 1));
        if (next || !Files.exists(LogWriter.file(log, generation))) {
            // Output that was written before the next file was created comes first.
            if (next && fill(block.remaining() + 1) > 0) {
                return true;
            }
            OptionalInt oldest = oldest();
            if (oldest.isPresent() && oldest.getAsInt() > generation) {
                lost |= oldest.getAsInt() > generation + 1 || position == 0;
                moveTo(oldest.getAsInt(), 0);
                return true;
            }
            if (next) {
                moveTo(generation + 1, 0);
            }
            return next;
        }
        return false;
    }

    private OptionalInt oldest() throws IOException {
        return generations().min();
    }

    /** The numbers of the existing files. */
    private IntStream generations() throws IOException {
        try (Stream<Path> files = Files.list(log.toAbsolutePath().getParent())) {
            int[] found = files.mapToInt(file -> LogWriter.generation(log, file))
                    .filter(number -> number >= 0)
                    .toArray();
            return IntStream.of(found);
        } catch (NoSuchFileException e) {
            return IntStream.empty();
        }
    }

    /**
     * The end of a log at some moment.
     *
     * @param generation the number of its newest file
     * @param position the size of that file
     */
    record End(int generation, long position) {}

    /** The current end of the log; empty when it cannot be determined. */
    Optional<End> end() {
        try {
            int newest = generations().max().orElse(0);
            Path file = LogWriter.file(log, newest);
            return Optional.of(new End(newest, Files.exists(file) ? Files.size(file) : 0));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the current frame begins at or after {@code end}. */
    boolean isBehind(End end) {
        return generation > end.generation() || generation == end.generation() && position >= end.position();
    }
}
