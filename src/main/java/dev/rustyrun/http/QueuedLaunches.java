package dev.rustyrun.http;

import dev.rustyrun.container.watch.Clearing;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs launches with a waiting caller: each waits for a slot, uses it, and is counted. A container is cleaned up
 * while its caller reads the answer; only then is the slot free.
 */
@Singleton
final class QueuedLaunches {

    private final LaunchQueue slots;
    private final LaunchMetrics metrics;
    private final Clearing clearing;

    QueuedLaunches(LaunchQueue slots, LaunchMetrics metrics, Clearing clearing) {
        this.slots = slots;
        this.metrics = metrics;
        this.clearing = clearing;
    }

    /** Work in a slot. */
    interface Turn {
        /** Does it. */
        Done use(long queuedMicros) throws InterruptedException;
    }

    /**
     * What came of it.
     *
     * @param rest remaining work that the caller does not need to know about; repeated if it fails
     */
    record Done(RunResult result, Runnable rest) {}

    /**
     * Runs {@code turn} on a thread of the launches when a slot is free. A caller that disconnects before loses its
     * place.
     *
     * @return the result, or a {@link ProblemException}
     */
    CompletionStage<RunResult> take(Client client, Turn turn) {
        CompletableFuture<RunResult> answer = new CompletableFuture<>();
        LaunchQueue.Ticket ticket = slots.enter(client.name(), new LaunchQueue.Work() {
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
            // A running launch is killed, and returns its result.
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
            clearing.clear(rest);
        }
    }
}
