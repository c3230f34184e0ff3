package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.Sizes;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows the progress of an image transfer: bars on a terminal, lines elsewhere, only problems in quiet mode. */
public final class Transfer implements Progress {

    private static final int STANDARD_ERROR = 2;
    private static final int BAR = 30;
    private static final int OTHER_COLUMNS = 40;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final String UP_AND_CLEAR = "\033[%dA\033[J";

    private final PrintStream out;
    private final boolean quiet;
    private final Map<Digest, Bar> bars = new LinkedHashMap<>();
    private final boolean terminal;
    private final int columns;
    private int drawn;
    private long last;

    public Transfer(PrintStream out, boolean quiet) {
        Linux linux = Linux.host();
        this.out = out;
        this.quiet = quiet;
        this.terminal = !quiet
                && linux.isTerminal(STANDARD_ERROR)
                && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM"));
        this.columns = terminal ? Math.max(linux.windowSize(STANDARD_ERROR).columns(), OTHER_COLUMNS + 1) : 0;
    }

    private static final class Bar {

        private final long total;
        private long done;
        private String word = "waiting";

        Bar(long total) {
            this.total = total;
        }
    }

    @Override
    public synchronized void begin(Digest blob, long total) {
        bars.put(blob, new Bar(total));
    }

    @Override
    public synchronized void advance(Digest blob, long done) {
        Bar bar = bars.get(blob);
        if (bar != null) {
            bar.done = done;
            bar.word = "pulling";
            draw(false);
        }
    }

    @Override
    public synchronized void end(Digest blob, boolean wasHere) {
        Bar bar = bars.get(blob);
        if (bar == null) {
            return;
        }
        bar.done = bar.total;
        bar.word = wasHere ? "exists" : "done";
        if (terminal) {
            draw(true);
        } else if (!quiet) {
            out.println(blob.shortHex() + ": " + (wasHere ? "exists" : "pulled, " + Sizes.of(bar.total)));
        }
    }

    @Override
    public synchronized void message(String line) {
        erase();
        out.println("rustyrun: " + Printable.line(line));
        draw(true);
    }

    /** Draws the final state. */
    public synchronized void end() {
        draw(true);
    }

    private void erase() {
        if (drawn > 0) {
            out.print(String.format(UP_AND_CLEAR, drawn));
            drawn = 0;
        }
    }

    private void draw(boolean now) {
        long time = System.nanoTime();
        if (!terminal || bars.isEmpty() || !now && time - last < REDRAW_NANOS) {
            return;
        }
        last = time;
        StringBuilder text = new StringBuilder();
        if (drawn > 0) {
            text.append(String.format(UP_AND_CLEAR, drawn));
        }
        int width = Math.min(BAR, columns - OTHER_COLUMNS);
        bars.forEach((blob, bar) -> {
            int full = bar.total == 0 ? width : (int) (width * (bar.done / (double) bar.total));
            text.append(blob.shortHex())
                    .append("  ")
                    .append(String.format("%-8s", bar.word))
                    .append('[');
            text.append("=".repeat(full))
                    .append(" ".repeat(width - full))
                    .append("] ")
                    .append(Sizes.of(bar.total));
            text.append('\n');
        });
        drawn = bars.size();
        out.print(text);
        out.flush();
    }
}
