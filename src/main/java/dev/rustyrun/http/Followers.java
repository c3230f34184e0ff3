package dev.rustyrun.http;

import jakarta.inject.Singleton;

/**
 * Counts the requests of each caller that stay open and wait for events: the end of a container, more of a log,
 * events. They hold a connection and a little memory, so each caller may only have a limited number.
 */
@Singleton
final class Followers {

    /** The buffers of one follower: as read, and as sent. */
    private static final int BYTES = 48 * 1024;

    private final CallerLimit limit;

    Followers(ServeConfig config, Budget budget) {
        int most = config.followers();
        this.limit = new CallerLimit(
                Integer.MAX_VALUE,
                most,
                BYTES,
                budget,
                most + " requests of this caller wait or follow, which is the maximum (rustyrun.followers)");
    }

    /**
     * Admits a follower; the result releases it, and may be run twice.
     *
     * @throws ProblemException 429 when this caller has too many, 503 when no memory is left for it
     */
    Runnable enter(String caller) {
        return limit.enter(caller);
    }
}
