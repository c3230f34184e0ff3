package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.ServeConfig;
import jakarta.inject.Singleton;

/** Limits the number of connections to container ports, in total and per caller. */
@Singleton
final class PortConnections {

    /** The buffers of one connection: both directions, on both sides. */
    private static final int BYTES = 160 * 1024;

    private final CallerLimit limit;

    PortConnections(ServeConfig config, Budget budget) {
        int most = config.portConnections();
        int mostPerCaller = Math.max(1, most - most / 8);
        this.limit = new CallerLimit(
                most,
                mostPerCaller,
                BYTES,
                budget,
                "too many connections to container ports (rustyrun.port-connections: " + most + ", per caller "
                        + mostPerCaller + ")");
    }

    /**
     * Counts one more connection; the returned action releases it and may be run repeatedly.
     *
     * @throws ProblemException when the limit is reached
     * @throws dev.rustyrun.engine.service.RefusedException when no memory is left
     */
    Runnable enter(String caller) {
        return limit.enter(caller);
    }
}
