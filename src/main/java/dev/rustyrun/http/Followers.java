package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.ServeConfig;
import jakarta.inject.Singleton;

/**
 * Limits the number of requests per caller that stay open and wait for events: a container's end, log output, service
 * events. Each holds a connection and a little memory.
 */
@Singleton
final class Followers {

    /** The buffers of one follower: data read, and data to send. */
    private static final int BYTES = 48 * 1024;

    private final CallerLimit limit;

    Followers(ServeConfig config, Budget budget) {
        int most = config.followers();
        this.limit = new CallerLimit(
                Integer.MAX_VALUE,
                most,
                BYTES,
                budget,
                most + " requests of this caller are waiting or following, the maximum (rustyrun.followers)");
    }

    /**
     * Admits a follower; the returned action releases it and may be run repeatedly.
     *
     * @throws ProblemException when the caller has too many
     * @throws dev.rustyrun.engine.service.RefusedException when no memory is left
     */
    Runnable enter(String caller) {
        return limit.enter(caller);
    }
}
