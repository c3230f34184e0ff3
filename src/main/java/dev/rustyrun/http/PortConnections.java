package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** How many connections to ports of containers there are, of all callers and of each. */
@Singleton
final class PortConnections {

    /** What is on the way in one, each way: in the buffers of both connections. */
    private static final int BYTES = 160 * 1024;

    private final int most;
    private final int mostPerCaller;
    private final Budget budget;
    private final Map<String, Integer> counts = new HashMap<>();
    private int open;

    PortConnections(ServeConfig config, Budget budget) {
        this.most = config.portConnections();
        this.mostPerCaller = Math.max(1, most - most / 8);
        this.budget = budget;
    }

    /**
     * Counts one more; what it returns takes it away again, and may be run twice.
     *
     * @throws ProblemException 429 when there are too many, 503 when there is no memory for it
     */
    synchronized Runnable enter(String caller) {
        if (open >= most || counts.getOrDefault(caller, 0) >= mostPerCaller) {
            throw Problem.busy(
                            429,
                            "there are too many connections to ports of containers (rustyrun.port-connections: " + most
                                    + ", of one caller " + mostPerCaller + ")",
                            1)
                    .exception();
        }
        if (!budget.take(BYTES)) {
            throw Budget.exhausted().exception();
        }
        open++;
        counts.merge(caller, 1, Integer::sum);
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (!left.getAndSet(true)) {
                leave(caller);
            }
        };
    }

    private synchronized void leave(String caller) {
        budget.giveBack(BYTES);
        open--;
        counts.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
    }
}
