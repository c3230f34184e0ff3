package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** How many launches run at once and how many wait for their turn: both bounded. Safe for use by several threads. */
@Singleton
public final class LaunchSlots {

    private static final int SOON = 1;
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final ServeConfig config;
    private final Semaphore free;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean draining;

    LaunchSlots(ServeConfig config) {
        this.config = config;
        this.free = new Semaphore(config.concurrent(), true);
    }

    /**
     * Waits for a turn; whoever gets one must {@link #leave}.
     *
     * @param isGone whether nobody is there any more to be told what comes of it
     * @return how long it took, in microseconds
     * @throws ProblemException 429 when the queue is full, 503 when the turn did not come in time or the service stops, 499
     *         when nobody is there any more when it comes
     */
    long enter(BooleanSupplier isGone) {
        if (draining) {
            throw Problem.busy(503, "the service is stopping", SOON).exception();
        }
        long start = System.nanoTime();
        if (!free.tryAcquire() && !await()) {
            throw Problem.busy(503, "no launch has ended within " + config.queueSeconds() + " s", SOON)
                    .exception();
        }
        if (isGone.getAsBoolean()) {
            free.release();
            throw Problem.of(CLIENT_CLOSED_REQUEST, "caller-gone", "the caller has gone")
                    .exception();
        }
        running.incrementAndGet();
        return (System.nanoTime() - start) / 1000;
    }

    private boolean await() {
        if (waiting.incrementAndGet() > config.queue()) {
            waiting.decrementAndGet();
            throw Problem.busy(
                            429,
                            config.concurrent() + " launches run and " + config.queue() + " wait, which is the most",
                            SOON)
                    .exception();
        }
        try {
            return free.tryAcquire(config.queueSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", SOON).exception();
        } finally {
            waiting.decrementAndGet();
        }
    }

    void leave() {
        running.decrementAndGet();
        free.release();
    }

    /** Lets nobody in any more. */
    void drain() {
        draining = true;
    }

    public boolean isDraining() {
        return draining;
    }

    public int running() {
        return running.get();
    }

    public int waiting() {
        return waiting.get();
    }

    /** Whether one more would be turned away. */
    public boolean isFull() {
        return waiting.get() >= config.queue();
    }
}
