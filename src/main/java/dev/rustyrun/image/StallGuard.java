package dev.rustyrun.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A stream with a timeout: it is closed when no data arrives for some time, so that its reader fails instead of waiting
 * forever.
 */
final class StallGuard extends FilterInputStream {

    private final Duration timeout;
    private final Future<?> watch;
    private volatile long last = System.nanoTime();
    private volatile boolean stalled;

    /** @param clock checks the stream periodically; see {@link #clock} */
    StallGuard(InputStream in, Duration timeout, ScheduledExecutorService clock) {
        super(in);
        this.timeout = timeout;
        long period = timeout.toMillis() / 4;
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
        if (System.nanoTime() - last > timeout.toNanos()) {
            stalled = true;
            try {
                in.close();
            } catch (IOException e) {
                // The reader gets an exception from read.
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
        return new IOException("no data arrived for " + timeout.toSeconds() + " s");
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        super.close();
    }
}
