package dev.rustyrun.http;

import dev.rustyrun.container.watch.Clearing;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The turns of launches that somebody waits for: each waits for its own, has it, and is counted. What a container leaves is
 * taken away while its caller reads the answer; its turn ends only then.
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

    /** What is done in a turn. */
    interface Turn {
        /** Does it. */
        Done use(long queuedMicros) throws InterruptedException;
    }

    /**
     * What came of it.
     *
     * @param rest what is still to be done, of which the caller need not know; again when it has failed
     */
    record Done(RunResult result, Runnable rest) {}

    /**
     * Has {@code turn} used on a thread of the launches' when it comes. Whoever goes before that gives up the place.
     *
     * @return what comes of it, or a {@link ProblemException}
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
            clearing.clear(rest);
        }
    }
}
