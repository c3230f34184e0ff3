package dev.rustyrun.container.log;

import dev.rustyrun.spec.LogFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a log while {@link LogWriter} writes it, from one file to the next. It keeps no file open, and has only a block
 * of the log in memory. Used by one thread at a time.
 */
public final class LogReader implements AutoCloseable {

    /** How many blocks one step of a search reads. */
    private static final int BLOCKS_PER_STEP = 32;

    private final LogPosition here;
    private long sinceMicros;
    /** Output that is written after this position is not read. */
    private Optional<LogPosition.End> end = Optional.empty();

    private boolean follows = true;
    private boolean begun;

    /** How many lines of the next frames are still to be skipped. */
    private long skippedLines;

    private Optional<Search> search = Optional.empty();

    /** @param log the first file of the log */
    public LogReader(Path log) {
        this.here = new LogPosition(log);
    }

    /** The number of the file that is being read. */
    public int generation() {
        return here.generation();
    }

    /** The next frame, if a whole one has been written. */
    public Optional<LogFrame> next() throws IOException {
        while (here.hasFrame() && !isPast()) {
            if (here.hasJustLost()) {
                return Optional.of(new LogFrame(here.micros(), LogFrame.TRUNCATED, new byte[0]));
            }
            int from = skippedLines > 0 && isWanted() ? after(skippedLines) : 0;
            boolean rest = isWanted() && (from < here.length() || here.length() == 0 && skippedLines == 0);
            Optional<LogFrame> frame = rest ? Optional.of(frame(from)) : Optional.empty();
            here.pass();
            if (frame.isPresent()) {
                begun = true;
                return frame;
            }
        }
        return Optional.empty();
    }

    private LogFrame frame(int from) {
        skippedLines = 0;
        return new LogFrame(here.micros(), here.stream(), here.bytes(from));
    }

    /**
     * Whether the current frame was written too late to be read. The first wanted frame is always read: older output
     * may have been removed meanwhile, and the reader should get some output.
     */
    private boolean isPast() {
        return isBehindEnd() && (begun || !isWanted());
    }

    private boolean isBehindEnd() {
        return end.isPresent() && here.isBehind(end.get());
    }

    private boolean isWanted() {
        return here.micros() >= sinceMicros;
    }

    /** Skips the first {@code lines} lines of this frame; returns the index after them. */
    private int after(long lines) {
        int at = 0;
        long left = lines;
        for (; left > 0 && at < here.length(); at++) {
            left -= here.at(at) == '\n' ? 1 : 0;
        }
        skippedLines = left;
        return at;
    }

    /** A position in the log, and the number of lines before it. */
    private record Mark(int generation, long position, long lines) {}

    private final class Search {
        private final long wanted;
        private Mark older;
        private Mark newer;
        private long lines;
        private boolean open;
        private boolean started;

        Search(long wanted) {
            this.wanted = wanted;
            older = mark();
            newer = older;
        }

        private Mark mark() {
            return new Mark(here.generation(), here.position(), lines);
        }

        /** Whether the current frame was written too late to be searched. The first frame is always searched. */
        boolean isOver() {
            boolean over = started && isBehindEnd();
            started = true;
            return over;
        }

        /** Counts the current frame. The older mark always has more than the wanted number of lines after it. */
        void pass() {
            if (lines - newer.lines > wanted) {
                older = newer;
                newer = mark();
            }
            if (isWanted()) {
                lines += here.lines();
                open = here.length() == 0 ? open : here.at(here.length() - 1) != '\n';
            }
            here.pass();
        }

        void end() {
            here.moveTo(older.generation, older.position);
            skippedLines = Math.max(0, lines + (open ? 1 : 0) - wanted - older.lines);
        }
    }

    /**
     * Moves to the start of the last {@code lines} lines, or to the first frame at or after {@code since} if that is
     * later. An incomplete last line counts as a line.
     *
     * @param lines negative for all
     */
    void seek(long lines, long since) throws IOException {
        beginSeek(lines, since, true);
        while (!isFound()) {
            continue;
        }
    }

    /**
     * Begins the search of {@link #seek}; {@link #isFound} continues it.
     *
     * @param follow whether output from now on is read too. Otherwise reading ends at the current end, even if the
     *        command writes faster than the log is read.
     */
    public void beginSeek(long lines, long since, boolean follow) {
        sinceMicros = since;
        follows = follow;
        end = here.end();
        search = lines < 0 ? Optional.empty() : Optional.of(new Search(lines));
        if (search.isEmpty()) {
            found();
        }
    }

    private void found() {
        search = Optional.empty();
        if (follows) {
            end = Optional.empty();
        }
    }

    /** Continues the search for a limited time; returns whether it is finished. */
    public boolean isFound() throws IOException {
        if (search.isEmpty()) {
            return true;
        }
        for (int blocks = 0; blocks < BLOCKS_PER_STEP; blocks++) {
            if (!here.hasFrame() || search.get().isOver()) {
                search.get().end();
                found();
                return true;
            }
            do {
                search.get().pass();
            } while (here.hasBufferedFrame() && !search.get().isOver());
        }
        return false;
    }

    @Override
    public void close() {}
}
