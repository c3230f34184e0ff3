package dev.rustyrun.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/** Reads a log that {@link LogWriter} writes, while it is being written. Used by one thread. */
final class LogReader implements AutoCloseable {

    /** A piece of output: when (microseconds since 1970), on which stream, and what. */
    record Frame(long micros, byte stream, byte[] bytes) {}

    private final Path path;
    private Optional<RandomAccessFile> file = Optional.empty();
    private long position;
    /** Of the next frame. */
    private long skippedLines;

    LogReader(Path path) {
        this.path = path;
    }

    /** The next frame, if a whole one has been written. */
    Optional<Frame> next() throws IOException {
        Optional<Frame> frame = read();
        if (frame.isPresent() && skippedLines > 0) {
            Frame first = frame.get();
            byte[] rest = Arrays.copyOfRange(first.bytes, after(first.bytes, skippedLines), first.bytes.length);
            skippedLines = 0;
            return rest.length == 0 ? read() : Optional.of(new Frame(first.micros, first.stream, rest));
        }
        return frame;
    }

    /** Where the first {@code lines} lines end. */
    private static int after(byte[] bytes, long lines) {
        int at = 0;
        for (long left = lines; left > 0 && at < bytes.length; at++) {
            left -= bytes[at] == '\n' ? 1 : 0;
        }
        return at;
    }

    private Optional<Frame> read() throws IOException {
        if (file.isEmpty()) {
            if (!Files.exists(path)) {
                return Optional.empty();
            }
            file = Optional.of(new RandomAccessFile(path.toFile(), "r"));
        }
        RandomAccessFile in = file.get();
        in.seek(position);
        try {
            byte[] header = new byte[LogWriter.HEADER];
            in.readFully(header);
            java.nio.ByteBuffer fields = java.nio.ByteBuffer.wrap(header);
            long micros = fields.getLong();
            byte stream = fields.get();
            byte[] bytes = new byte[fields.getInt()];
            in.readFully(bytes);
            position += header.length + bytes.length;
            return Optional.of(new Frame(micros, stream, bytes));
        } catch (EOFException notYet) {
            return Optional.empty();
        }
    }

    /**
     * Goes to where the last {@code lines} lines begin, or the first frame after {@code sinceMicros} if that is later. A last
     * line that has not ended is one too.
     *
     * @param lines negative for all
     */
    void seek(long lines, long sinceMicros) throws IOException {
        Deque<long[]> starts = new ArrayDeque<>();
        long seen = 0;
        boolean open = false;
        long at = position;
        for (Optional<Frame> frame = read(); frame.isPresent(); frame = read()) {
            byte[] bytes = frame.get().bytes;
            if (frame.get().micros >= sinceMicros) {
                long count = 0;
                for (byte b : bytes) {
                    count += b == '\n' ? 1 : 0;
                }
                open = bytes.length == 0 ? open : bytes[bytes.length - 1] != '\n';
                starts.addLast(new long[] {at, count});
                seen += count;
                while (lines >= 0 && seen - starts.peekFirst()[1] > lines) {
                    seen -= starts.removeFirst()[1];
                }
            }
            at = position;
        }
        skippedLines = lines < 0 ? 0 : Math.max(0, seen + (open ? 1 : 0) - lines);
        while (!starts.isEmpty() && skippedLines > starts.peekFirst()[1]) {
            skippedLines -= starts.removeFirst()[1];
        }
        if (starts.isEmpty()) {
            skippedLines = 0;
        }
        position = starts.isEmpty() ? at : starts.peekFirst()[0];
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
    }
}
