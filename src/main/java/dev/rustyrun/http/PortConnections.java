package dev.rustyrun.http;

import jakarta.inject.Singleton;

/** How many connections to ports of containers there are, of all callers and of each. */
@Singleton
final class PortConnections {

    /** What is on the way in one, each way: in the buffers of both connections. */
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
                "there are too many connections to ports of containers (rustyrun.port-connections: " + most
                        + ", of one caller " + mostPerCaller + ")");
    }

    /**
     * Counts one more; what it returns takes it away again, and may be run twice.
     *
     * @throws ProblemException 429 when there are too many, 503 when there is no memory for it
     */
    Runnable enter(String caller) {
        return limit.enter(caller);
    }
}
