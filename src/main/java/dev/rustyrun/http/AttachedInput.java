package dev.rustyrun.http;

import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerInput;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.linux.LinuxException;
import io.quarkus.websockets.next.CloseReason;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Input from a caller on its way into the FIFO of the container's monitor. No thread waits for room in the FIFO. Safe
 * for use by several threads.
 */
final class AttachedInput {

    private static final String END = "eof";

    private final Consumer<Runnable> taken;
    private final Runnable step;
    private final InputQueue queue;
    private final ContainerInput input;
    private volatile boolean gone;
    private volatile boolean ending;
    private final AtomicReference<String> resize = new AtomicReference<>("");

    /**
     * @param taken tells the caller that a piece was taken, and runs its argument when that message has been sent; it
     * must not wait
     */
    AttachedInput(
            Containers containers, Watches watches, Budget budget, ContainerFolder folder, Consumer<Runnable> taken) {
        this.queue = new InputQueue(budget);
        this.taken = taken;
        this.step = watches.steps().wakeable(this::move);
        this.input = containers.input(folder, step);
    }

    /** Adds a piece; returns why the connection must be closed if there is no room for it. */
    Optional<CloseReason> offer(byte[] piece) {
        Optional<CloseReason> refused = queue.offer(piece);
        step.run();
        return refused;
    }

    /** The end of input: passed to the container after everything that was sent before. */
    void end() {
        ending = true;
        step.run();
    }

    /** Gives the container's terminal a new size; of several waiting sizes, only the last one counts. */
    void resize(String order) {
        resize.set(order);
        step.run();
    }

    /** The caller has disconnected; input that was not taken is dropped. */
    void goes() {
        gone = true;
        queue.close();
        step.run();
    }

    private void move() {
        input.heed();
        try {
            String order = resize.getAndSet("");
            if (!order.isEmpty()) {
                input.order(order);
            }
            for (Optional<byte[]> piece = queue.first(); piece.isPresent(); piece = queue.first()) {
                if (!input.isTaken(piece.get())) {
                    return;
                }
                int size = queue.removeFirst();
                taken.accept(() -> queue.giveBack(size));
            }
            if (ending) {
                ending = false;
                input.order(END);
            }
            if (gone) {
                input.close();
            }
        } catch (LinuxException e) {
            // The container has ended; its output shows that.
            goes();
            input.close();
        }
    }
}
