package dev.rustyrun.engine.service;

import dev.rustyrun.container.served.AttachedClient;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.spec.InputRefusal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A command in a container whose client is attached to its input and output. Thread-safe. */
public final class AttachedExec {

    private final Execs execs;
    private final Steps steps;
    private final AttachedClient client;

    AttachedExec(Execs execs, Steps steps, AttachedClient client) {
        this.execs = execs;
        this.steps = steps;
        this.client = client;
    }

    /**
     * Runs the request {@code body}, the client's first message, without blocking this thread. The command is killed
     * when the client disconnects.
     *
     * @param container finds the container
     * @param last the last message to the client, from the result or the failure; the end follows it
     * @param closed runs at the end
     */
    public void run(
            Supplier<ServedContainer> container,
            String body,
            BiFunction<RunResult, Throwable, String> last,
            Runnable closed) {
        CompletableFuture.supplyAsync(() -> execs.attach(container.get(), body, client), steps.threads())
                .thenCompose(launched -> launched)
                .handle(last)
                .thenAccept(text -> client.finish(text, () -> {
                    close();
                    closed.run();
                }));
    }

    /** Adds input; returns the reason if it is refused. */
    public Optional<InputRefusal> offer(byte[] piece) {
        return client.offer(piece);
    }

    /** Handles a control message; returns whether it is valid. */
    public boolean order(String order) {
        return client.order(order);
    }

    /** Called when the client has disconnected. */
    public void disconnected() {
        client.disconnected();
    }

    /** Releases what the client holds, if nothing was run. */
    public void close() {
        client.close();
    }
}
