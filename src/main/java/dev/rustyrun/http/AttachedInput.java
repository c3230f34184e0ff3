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
 * Input that a caller has sent and a container has not taken, on its way into the FIFO of the container's monitor. No thread waits for room in that. Safe for use by several threads.
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
     * @param taken tells the caller of a piece that was taken, and does what it is given when that has been sent; it must not
     *     wait
     */
    AttachedInput(
            Containers containers, Watches watches, Budget budget, ContainerFolder folder, Consumer<Runnable> taken) {
        this.queue = new InputQueue(budget);
        this.taken = taken;
        this.step = watches.steps().wakeable(this::move);
        this.input = containers.input(folder, step);
    }

    /** Adds a piece; why the caller must be sent away, if there is no room for it. */
    Optional<CloseReason> offer(byte[] piece) {
        Optional<CloseReason> refused = queue.offer(piece);
        step.run();
        return refused;
    }

    /** No more will come: the container is told so after all that was sent before. */
    void end() {
        ending = true;
        step.run();
    }

    /** Gives the container's terminal another size; of several that wait, only the last one counts. */
    void resize(String order) {
        resize.set(order);
        step.run();
    }

    /** The caller has gone, and what it sent last is nobody's. */
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
            // The container is gone, which its output tells.
            goes();
            input.close();
        }
    }
}
