package dev.rustyrun.container.watch;

import org.jboss.logging.Logger;

/**
 * Removes the resources of launches, and retries when that fails. While the service lives nothing else removes them,
 * because they look like resources in use. Safe for use by several threads.
 */
public final class Clearing {

    private static final Logger LOG = Logger.getLogger(Clearing.class);
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 60_000;

    private final Timers timers;
    private final Steps steps;

    public Clearing(Timers timers, Steps steps) {
        this.timers = timers;
        this.steps = steps;
    }

    /** Runs {@code work}, and repeats it later if it fails; throws nothing. */
    public void clear(Runnable work) {
        clear(work, FIRST_PAUSE_MILLIS);
    }

    private void clear(Runnable work, long pauseMillis) {
        try {
            work.run();
        } catch (Throwable e) {
            if (pauseMillis == FIRST_PAUSE_MILLIS) {
                LOG.warnf("cannot remove the resources of a launch, will retry: %s", e.getMessage());
            }
            long next = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
            timers.after(pauseMillis, () -> steps.threads().execute(() -> clear(work, next)));
        }
    }
}
