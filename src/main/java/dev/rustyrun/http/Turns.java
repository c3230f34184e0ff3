package dev.rustyrun.http;

import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
     * Has {@code turn} used on a thread of the launches' when it comes. Whoever goes before that gives up the place.
     *
     * @return what comes of it, or a {@link ProblemException}
     */
    CompletionStage<RunResult> take(Client client, Turn turn) {
        CompletableFuture<RunResult> answer = new CompletableFuture<>();
        LaunchSlots.Ticket ticket = slots.enter(client.name(), new LaunchSlots.Work() {
            @Override
            public void perform(long queuedMicros) {
                use(client, turn, queuedMicros, answer);
            }

            @Override
            public void refuse(Problem problem) {
                answer.completeExceptionally(problem.exception());
            }
        });
        client.onDeparture(() -> {
            // One that runs is killed, and tells what came of it.
            if (ticket.giveUp()) {
                answer.completeExceptionally(Problem.callerGone().exception());
            }
        });
        return answer;
    }

    private void use(Client client, Turn turn, long queuedMicros, CompletableFuture<RunResult> answer) {
        Runnable rest = () -> {};
        try {
            if (client.isGone()) {
                throw Problem.callerGone().exception();
            }
            Done done = turn.use(queuedMicros);
            rest = done.rest();
            metrics.count(done.result());
            answer.complete(done.result());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(
                    Problem.busy(503, "the service is stopping", 1).exception());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            clear(rest);
        }
    }

    private static void clear(Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException | Error e) {
            LOG.warnf("what is left of a container stays until it is collected: %s", e.getMessage());
        }
    }
}
