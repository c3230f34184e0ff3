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
 * A place in a log, and the frame that begins there. It goes from one file of the log to the next, and to the oldest that is
 * left when its own has been removed. It holds no descriptor and never more than a piece of the log. Used by one thread at a
 * time.
 */
final class LogPosition {

    private static final int BLOCK = 32 * 1024;
    private static final int MAX_FRAME = 1024 * 1024;
    private static final int STREAM = 8;
    private static final int LENGTH = 9;

    private final Path log;
    private int generation;
    /** Where in the file the block's unread part begins. */
    private long position;

    private ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
    private boolean lost;

    LogPosition(Path log) {
        this.log = log;
    }

    /** The number of the file. */
    int generation() {
        return generation;
    }

    /** Where in the file. */
    long position() {
        return position;
    }

    /** Goes to that place. */
    void moveTo(int newGeneration, long newPosition) {
        generation = newGeneration;
        position = newPosition;
        block.limit(0);
    }

    /** Whether something before was removed, of which nobody has been told yet; it is told by this. */
    boolean hasJustLost() {
        boolean was = lost;
        lost = false;
        return was;
    }

    /** When the frame at hand was written. */
    long micros() {
        return block.getLong(block.position());
    }

    /** On which stream. */
    byte stream() {
        return block.get(block.position() + STREAM);
    }

    /** How many bytes of output are in it. */
    int length() {
        return block.getInt(block.position() + LENGTH);
    }

    /** One of them. */
    byte at(int index) {
        return block.get(block.position() + LogWriter.HEADER + index);
    }

    /** All of them from {@code from} on. */
    byte[] bytes(int from) {
        int at = block.position() + LogWriter.HEADER;
        return Arrays.copyOfRange(block.array(), at + from, at + length());
    }

    /** How many lines end in it. */
    int lines() {
        int count = 0;
        for (int at = 0; at < length(); at++) {
            count += at(at) == '\n' ? 1 : 0;
        }
        return count;
    }

    /** Goes behind the frame at hand. */
    void pass() {
        int whole = LogWriter.HEADER + length();
        block.position(block.position() + whole);
        position += whole;
    }

    /** Whether the next frame is here whole already: nothing must be read for it. */
    boolean hasFrameAtHand() {
        return block.remaining() > LogWriter.HEADER && block.remaining() >= LogWriter.HEADER + length();
    }

    /** Whether a whole frame has been written here, or in a file that came after. */
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
        } while (goesOn());
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

    /** Reads more of the file; how much, or -1 at its end or without it. */
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

    /** At the end of what is written in this file: whether there is more in it by now, or in one that came after. */
    private boolean goesOn() throws IOException {
        boolean next = Files.exists(LogWriter.file(log, generation + 1));
        if (next || !Files.exists(LogWriter.file(log, generation))) {
            // What was written before the next was begun comes first.
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

    /** The numbers of the files that are there. */
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
     * How far a log was written at some moment.
     *
     * @param generation the number of its newest file
     * @param position how many bytes were in that
     */
    record End(int generation, long position) {}

    /** How far it is written now; nothing when that cannot be told. */
    Optional<End> end() {
        try {
            int newest = generations().max().orElse(0);
            Path file = LogWriter.file(log, newest);
            return Optional.of(new End(newest, Files.exists(file) ? Files.size(file) : 0));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the frame at hand was begun after {@code end}. */
    boolean isBehind(End end) {
        return generation > end.generation() || generation == end.generation() && position >= end.position();
    }
}
