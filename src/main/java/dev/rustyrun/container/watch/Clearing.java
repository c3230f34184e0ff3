package dev.rustyrun.container.watch;

import org.jboss.logging.Logger;

/**
 * Takes away what launches leave, and goes on trying where that fails: as long as the service lives nobody else does it, for
 * what is there seems to be in use. Safe for use by several threads.
 */
public final class Clearing {

    private static final Logger LOG = Logger.getLogger(Clearing.class);
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final Timers timers;
    private final Steps steps;

    public Clearing(Timers timers, Steps steps) {
        this.timers = timers;
        this.steps = steps;
    }

    /** Does {@code work}, which may be done again when it has failed; throws nothing. */
    public void clear(Runnable work) {
        clear(work, FIRST_PAUSE_MILLIS);
    }

    private void clear(Runnable work, long pauseMillis) {
        try {
            work.run();
        } catch (Throwable e) {
            if (pauseMillis == FIRST_PAUSE_MILLIS) {
                LOG.warnf("what a launch has left cannot be removed, and is tried again: %s", e.getMessage());
            }
            long next = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            timers.after(pauseMillis, () -> steps.threads().execute(() -> clear(work, next)));
        }
    }
}
