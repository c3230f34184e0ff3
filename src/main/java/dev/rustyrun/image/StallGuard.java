package dev.rustyrun.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A stream that is closed when nothing comes for some time, so that its reader fails instead of waiting for ever. */
final class StallGuard extends FilterInputStream {

    private final Duration patience;
    private final Future<?> watch;
    private volatile long last = System.nanoTime();
    private volatile boolean stalled;

    /** @param clock looks after it; {@link #clock} makes one */
    StallGuard(InputStream in, Duration patience, ScheduledExecutorService clock) {
        super(in);
        this.patience = patience;
        long period = patience.toMillis() / 4;
        this.watch = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    static ScheduledExecutorService clock() {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "stalled connections");
            thread.setDaemon(true);
            return thread;
        });
    }

    private void look() {
        if (System.nanoTime() - last > patience.toNanos()) {
            stalled = true;
            try {
                in.close();
            } catch (IOException e) {
                // Its reader is told below.
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        last = System.nanoTime();
        int got;
        try {
            got = in.read(buffer, offset, length);
        } catch (IOException e) {
            throw stalled ? stalled() : e;
        }
        if (got < 0 && stalled) {
            throw stalled();
        }
        last = System.nanoTime();
        return got;
    }

    private IOException stalled() {
        return new IOException("nothing came for " + patience.toSeconds() + " s");
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        super.close();
    }
}
