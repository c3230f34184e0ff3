package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts the requests of each caller that stay open and wait for events: the end of a container, more of a log,
 * events. They hold a connection and a little memory, so each caller may only have a limited number.
 */
@Singleton
final class Followers {

    /** The buffers of one follower: as read, and as sent. */
    private static final int BYTES = 48 * 1024;

    private final int most;
    private final Budget budget;
    private final Map<String, Integer> counts = new HashMap<>();

    Followers(ServeConfig config, Budget budget) {
        this.budget = budget;
        this.most = config.followers();
    }

    /**
     * Admits a follower; the result releases it, and may be run twice.
     *
     * @throws ProblemException 429 when this caller has too many, 503 when no memory is left for it
     */
    synchronized Runnable enter(String caller) {
        if (counts.getOrDefault(caller, 0) >= most) {
            throw Problem.busy(
                            429,
                            most + " requests of this caller wait or follow, which is the maximum (rustyrun.followers)",
                            1)
                    .exception();
        }
        if (!budget.take(BYTES)) {
            throw Budget.exhausted().exception();
        }
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
        counts.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
    }
}
