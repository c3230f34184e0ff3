package dev.rustyrun.container;

import java.util.function.LongSupplier;

/**
 * How many warm launches should wait, learned from the requests of the last minutes: {@link #FEW} with few requests,
 * more when requests have found none, and none after {@link #IDLE_MILLIS} without a request. Thread-safe.
 */
public final class WarmDemand {

    static final int FEW = 2;
    /**
     * The number grows by one after each request that found no warm launch, and falls by one after each minute in which
     * all requests found one.
     */
    static final long CALM_MILLIS = 60_000;

    static final long IDLE_MILLIS = 600_000;

    private final int max;
    private final LongSupplier clock;
    private int wanted;
    private long changed;
    private long requested;

    /** @param max how many may wait */
    public WarmDemand(int max) {
        this(max, () -> System.nanoTime() / 1_000_000);
    }

    WarmDemand(int max, LongSupplier clock) {
        this.max = max;
        this.clock = clock;
        this.wanted = Math.min(FEW, max);
        this.changed = clock.getAsLong();
        this.requested = changed;
    }

    /**
     * Records a request.
     *
     * @param warm whether it got a warm launch
     */
    public synchronized void requested(boolean warm) {
        int before = wanted();
        requested = clock.getAsLong();
        if (before == 0) {
            wanted = Math.min(FEW, max);
            changed = requested;
        } else if (!warm) {
            wanted = Math.min(before + 1, max);
            changed = requested;
        }
    }

    /** How many should wait now. */
    public synchronized int wanted() {
        long now = clock.getAsLong();
        if (now - requested > IDLE_MILLIS) {
            wanted = 0;
        }
        while (wanted > FEW && now - changed > CALM_MILLIS) {
            wanted--;
            changed += CALM_MILLIS;
        }
        return wanted;
    }
}
