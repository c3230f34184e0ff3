package dev.rustyrun.container.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a log that {@link LogWriter} writes, while it is being written, from one of its files to the next. It holds no
 * descriptor and never more than a piece of the log. Used by one thread at a time.
 */
public final class LogReader implements AutoCloseable {

    /** A piece of output: when (microseconds since 1970), on which stream, and what. */
    public record Frame(long micros, byte stream, byte[] bytes) {}

    /** Of one step of a search. */
    private static final int BLOCKS_PER_STEP = 32;

    private final LogPosition here;
    private long sinceMicros;
    /** What is written behind it is not read. */
    private Optional<LogPosition.End> end = Optional.empty();

    private boolean follows = true;
    private boolean begun;

    /** Of the next frames. */
    private long skippedLines;

    private Optional<Search> search = Optional.empty();

    /** @param log its first file */
    public LogReader(Path log) {
        this.here = new LogPosition(log);
    }

    /** The number of the file that is being read. */
    public int generation() {
        return here.generation();
    }

    /** The next frame, if a whole one has been written. */
    public Optional<Frame> next() throws IOException {
        while (here.hasFrame() && !isPast()) {
            if (here.hasJustLost()) {
                return Optional.of(new Frame(here.micros(), LogWriter.TRUNCATED, new byte[0]));
            }
            int from = skippedLines > 0 && isWanted() ? after(skippedLines) : 0;
            boolean rest = isWanted() && (from < here.length() || here.length() == 0 && skippedLines == 0);
            Optional<Frame> frame = rest ? Optional.of(frame(from)) : Optional.empty();
            here.pass();
            if (frame.isPresent()) {
                begun = true;
                return frame;
            }
        }
        return Optional.empty();
    }

    private Frame frame(int from) {
        skippedLines = 0;
        return new Frame(here.micros(), here.stream(), here.bytes(from));
    }

    /**
     * Whether the frame at hand was written too late to be read. The first that is wanted never was: what was written before it
     * may have been removed meanwhile, and whoever asks shall get something.
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

    /** Where the first {@code lines} lines of this frame end; those are skipped. */
    private int after(long lines) {
        int at = 0;
        long left = lines;
        for (; left > 0 && at < here.length(); at++) {
            left -= here.at(at) == '\n' ? 1 : 0;
        }
        skippedLines = left;
        return at;
    }

    /** A place in the log, and how many lines came before it. */
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

        /** Whether the frame at hand was written too late to be searched, of which there is one at least. */
        boolean isOver() {
            boolean over = started && isBehindEnd();
            started = true;
            return over;
        }

        /** Notes the frame at hand: after the older mark there are always more lines than are wanted. */
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
     * Goes to where the last {@code lines} lines begin, or the first frame after {@code sinceMicros} if that is later. A last
     * line that has not ended is one too.
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
     * Begins with that; it goes on in {@link #isFound}.
     *
     * @param follow whether what is written from now on is read too. If not, a command that writes faster than anybody reads is
     *     not followed without end.
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

    /** Searches for a while; whether it is there. */
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
            } while (here.hasFrameAtHand() && !search.get().isOver());
        }
        return false;
    }

    @Override
    public void close() {}
}
