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
    /** Later frames are not read. */
    private long untilMicros = Long.MAX_VALUE;

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
     * Whether the frame at hand is later than what is read. The first that is wanted never is: what was written before it may
     * have been removed meanwhile, and whoever asks shall get something.
     */
    private boolean isPast() {
        if (here.micros() <= untilMicros) {
            return false;
        }
        if (begun || !isWanted()) {
            return true;
        }
        untilMicros = here.micros();
        return false;
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

        /** Whether the frame at hand is later than what is searched, of which there is one at least. */
        boolean isOver() {
            if (!started) {
                started = true;
                untilMicros = Math.max(untilMicros, here.micros());
            }
            return here.micros() > untilMicros;
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
        beginSeek(lines, since);
        while (!isFound()) {
            continue;
        }
    }

    /**
     * From now on, what was written after that is not read, so that a command which writes faster than anybody reads is not
     * followed without end.
     */
    public void stopAt(long micros) {
        untilMicros = micros;
    }

    /** Begins with that; it goes on in {@link #isFound}. */
    public void beginSeek(long lines, long since) {
        sinceMicros = since;
        search = lines < 0 ? Optional.empty() : Optional.of(new Search(lines));
    }

    /** Searches for a while; whether it is there. */
    public boolean isFound() throws IOException {
        if (search.isEmpty()) {
            return true;
        }
        for (int blocks = 0; blocks < BLOCKS_PER_STEP; blocks++) {
            if (!here.hasFrame() || search.get().isOver()) {
                search.get().end();
                search = Optional.empty();
                return true;
            }
            do {
                search.get().pass();
            } while (here.hasFrameAtHand());
        }
        return false;
    }

    @Override
    public void close() {}
}
