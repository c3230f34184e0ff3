package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * The turns of launches that somebody waits for: each waits for its own, has it, and is counted. What a container leaves is
 * taken away while its caller reads the answer; its turn ends only then.
 */
@Singleton
final class Turns {

    private static final Logger LOG = Logger.getLogger(Turns.class);

    private final LaunchSlots slots;
    private final LaunchMetrics metrics;
    /** As many threads as launches end at the same time, of which there are no more than turns. */
    private final Executor clearing = Executors.newCachedThreadPool(work -> {
        Thread made = new Thread(work, "clearing");
        made.setDaemon(true);
        return made;
    });

    Turns(LaunchSlots slots, LaunchMetrics metrics) {
        this.slots = slots;
        this.metrics = metrics;
    }

    /** What is done in a turn. */
    interface Turn {
        /** Does it. */
        Done use(long queuedMicros) throws InterruptedException;
    }

    /**
     * What came of it.
     *
     * @param rest what is still to be done, of which the caller need not know
     */
    record Done(RunResult result, Runnable rest) {}

    /**
     * Waits for a turn, and has {@code turn} use it.
     *
     * @param isGone whether nobody waits for the result any more
     * @throws ProblemException when none comes, or nobody waits for it when it does
     */
    RunResult take(BooleanSupplier isGone, Turn turn) {
        long queuedMicros = slots.enter(isGone);
        boolean handedOn = false;
        try {
            Done done = turn.use(queuedMicros);
            clearing.execute(() -> clear(done));
            handedOn = true;
            metrics.count(done.result());
            return done.result();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        } finally {
            if (!handedOn) {
                slots.leave();
            }
        }
    }

    private void clear(Done done) {
        try {
            done.rest().run();
        } catch (RuntimeException e) {
            LOG.warnf(
                    "what is left of container %s stays until it is collected: %s",
                    done.result().id(), e.getMessage());
        } finally {
            slots.leave();
        }
    }
}
