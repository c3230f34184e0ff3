package dev.rustyrun.http;

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
import java.util.stream.Stream;

/**
 * Reads a log that {@link LogWriter} writes, while it is being written, from one of its files to the next. It holds no
 * descriptor and never more than a piece of the log. Used by one thread at a time.
 */
final class LogReader implements AutoCloseable {

    /** A piece of output: when (microseconds since 1970), on which stream, and what. */
    record Frame(long micros, byte stream, byte[] bytes) {}

    private static final int BLOCK = 32 * 1024;
    private static final int MAX_FRAME = 1024 * 1024;
    private static final int STREAM = 8;
    private static final int LENGTH = 9;
    /** Of one step of a search. */
    private static final int BLOCKS_PER_STEP = 32;

    private final Path log;
    private int generation;
    /** Where in the file the block's unread part begins. */
    private long position;

    private ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
    private boolean lost;
    private long sinceMicros;
    /** Of the next frames. */
    private long skippedLines;

    private Optional<Search> search = Optional.empty();

    LogReader(Path log) {
        this.log = log;
    }

    /** The number of the file that is being read. */
    int generation() {
        return generation;
    }

    /** The next frame, if a whole one has been written. */
    Optional<Frame> next() throws IOException {
        while (hasFrame()) {
            if (lost) {
                lost = false;
                return Optional.of(new Frame(block.getLong(block.position()), LogWriter.TRUNCATED, new byte[0]));
            }
            int from = skippedLines > 0 && isWanted() ? after(skippedLines) : 0;
            boolean rest = isWanted() && (from < length() || length() == 0 && skippedLines == 0);
            Optional<Frame> frame = rest ? Optional.of(frame(from)) : Optional.empty();
            consume();
            if (frame.isPresent()) {
                return frame;
            }
        }
        return Optional.empty();
    }

    private Frame frame(int from) {
        int at = block.position() + LogWriter.HEADER;
        skippedLines = 0;
        return new Frame(
                block.getLong(block.position()),
                block.get(block.position() + STREAM),
                Arrays.copyOfRange(block.array(), at + from, at + length()));
    }

    private boolean isWanted() {
        return block.getLong(block.position()) >= sinceMicros;
    }

    private int length() {
        return block.getInt(block.position() + LENGTH);
    }

    private void consume() {
        int whole = LogWriter.HEADER + length();
        block.position(block.position() + whole);
        position += whole;
    }

    /** Where the first {@code lines} lines of this frame end; those are skipped. */
    private int after(long lines) {
        int at = 0;
        long left = lines;
        for (int start = block.position() + LogWriter.HEADER; left > 0 && at < length(); at++) {
            left -= block.get(start + at) == '\n' ? 1 : 0;
        }
        skippedLines = left;
        return at;
    }

    private int lines() {
        int count = 0;
        int start = block.position() + LogWriter.HEADER;
        for (int at = 0; at < length(); at++) {
            count += block.get(start + at) == '\n' ? 1 : 0;
        }
        return count;
    }

    private boolean hasFrame() throws IOException {
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
                begin(oldest.getAsInt(), 0);
                return true;
            }
            if (next) {
                begin(generation + 1, 0);
            }
            return next;
        }
        return false;
    }

    private void begin(int newGeneration, long newPosition) {
        generation = newGeneration;
        position = newPosition;
        block.limit(0);
    }

    private OptionalInt oldest() throws IOException {
        try (Stream<Path> files = Files.list(log.toAbsolutePath().getParent())) {
            return files.mapToInt(file -> LogWriter.generation(log, file))
                    .filter(found -> found >= 0)
                    .min();
        } catch (NoSuchFileException e) {
            return OptionalInt.empty();
        }
    }

    /** A place in the log, and how many lines came before it. */
    private record Mark(int generation, long position, long lines) {}

    private final class Search {
        private final long wanted;
        private Mark older;
        private Mark newer;
        private long lines;
        private boolean open;

        Search(long wanted) {
            this.wanted = wanted;
            older = mark();
            newer = older;
        }

        private Mark mark() {
            return new Mark(generation, position, lines);
        }

        /** Notes the frame at hand: after the older mark there are always more lines than are wanted. */
        void pass() {
            if (lines - newer.lines > wanted) {
                older = newer;
                newer = mark();
            }
            if (isWanted()) {
                lines += lines();
                open = length() == 0 ? open : block.get(block.position() + LogWriter.HEADER + length() - 1) != '\n';
            }
            consume();
        }

        void end() {
            begin(older.generation, older.position);
            skippedLines = Math.max(0, lines + (open ? 1 : 0) - wanted - older.lines);
        }
    }

    /**
     * Goes to where the last {@code lines} lines begin, or the first frame after {@code sinceMicros} if that is later. A last
     * line that has not ended is one too.
     *
     * @param lines negative for all
     */
    void seek(long lines, long since) throws IOException {
        beginSeek(lines, since);
        while (!isFound()) {
            continue;
        }
    }

    /** Begins with that; it goes on in {@link #isFound}. */
    void beginSeek(long lines, long since) {
        sinceMicros = since;
        search = lines < 0 ? Optional.empty() : Optional.of(new Search(lines));
    }

    /** Searches for a while; whether it is there. */
    boolean isFound() throws IOException {
        if (search.isEmpty()) {
            return true;
        }
        for (int blocks = 0; blocks < BLOCKS_PER_STEP; blocks++) {
            if (!hasFrame()) {
                search.get().end();
                search = Optional.empty();
                return true;
            }
            do {
                search.get().pass();
            } while (block.remaining() > LogWriter.HEADER && block.remaining() >= LogWriter.HEADER + length());
        }
        return false;
    }

    @Override
    public void close() {}
}
