package dev.rustyrun.engine.service;

import dev.rustyrun.container.served.Client;
import dev.rustyrun.container.watch.Clearing;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs launches with a waiting client: each waits for a slot, uses it, and is counted. A container is cleaned up while
 * its client reads the response, and the slot becomes free only after that.
 */
@Singleton
final class QueuedLaunches {

    private final LaunchQueue slots;
    private final LaunchListener listener;
    private final Clearing clearing;
    private final IdleCollection collection;

    QueuedLaunches(LaunchQueue slots, LaunchListener listener, Clearing clearing, IdleCollection collection) {
        this.collection = collection;
        this.slots = slots;
        this.listener = listener;
        this.clearing = clearing;
    }

    /** Work that needs a slot. */
    interface Turn {
        /** Does the work. */
        Done use(long queuedMicros) throws InterruptedException;
    }

    /**
     * The outcome of the work.
     *
     * @param rest the remaining work, for which the client does not wait; repeated if it fails
     */
    record Done(RunResult result, Runnable rest) {}

    /**
     * Runs {@code turn} on a launch thread when a slot is free. A client that disconnects before loses its place in the
     * queue.
     *
     * @return the result; fails with a {@link RefusedException} if the service refuses it
     */
    CompletionStage<RunResult> take(Client client, Turn turn) {
        CompletableFuture<RunResult> answer = new CompletableFuture<>();
        LaunchQueue.Ticket ticket = slots.enter(client.name(), new LaunchQueue.Work() {
            @Override
            public void perform(long queuedMicros) {
                use(client, turn, queuedMicros, answer);
            }

            @Override
            public void refuse(Throwable reason) {
                answer.completeExceptionally(reason);
            }
        });
        client.onDisconnect(() -> {
            // A running launch is killed and then completes {@code answer} itself.
            if (ticket.giveUp()) {
                answer.completeExceptionally(RefusedException.disconnected());
            }
        });
        return answer;
    }

    private void use(Client client, Turn turn, long queuedMicros, CompletableFuture<RunResult> answer) {
        Runnable rest = () -> {};
        try {
            if (client.isGone()) {
                throw RefusedException.disconnected();
            }
            Done done = turn.use(queuedMicros);
            rest = done.rest();
            listener.ended(done.result());
            answer.complete(done.result());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(RefusedException.stopping());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            clearing.clear(rest);
            collection.launched();
        }
    }
}
