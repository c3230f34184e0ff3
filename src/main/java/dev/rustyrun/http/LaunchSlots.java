package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How many launches run at once and how many wait for their turn: both bounded. Safe for use by several threads. */
@Singleton
public final class LaunchSlots {

    private static final int SOON = 1;

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
     * @return how long it took, in microseconds
     * @throws ProblemException 429 when the queue is full, 503 when the turn did not come in time or the service stops
     */
    long enter() {
        if (draining) {
            throw Problem.busy(503, "the service is stopping", SOON).exception();
        }
        long start = System.nanoTime();
        if (!free.tryAcquire() && !await()) {
            throw Problem.busy(503, "no launch has ended within " + config.queueSeconds() + " s", SOON).exception();
        }
        running.incrementAndGet();
        return (System.nanoTime() - start) / 1000;
    }

    private boolean await() {
        if (waiting.incrementAndGet() > config.queue()) {
            waiting.decrementAndGet();
            throw Problem.busy(429, config.concurrent() + " launches run and " + config.queue()
                    + " wait, which is the most", SOON).exception();
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
