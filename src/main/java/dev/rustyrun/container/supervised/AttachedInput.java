package dev.rustyrun.container.supervised;

import dev.rustyrun.container.served.InputQueue;
import dev.rustyrun.container.served.InputRefusal;
import dev.rustyrun.container.served.Memory;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Input from a client on its way into the FIFO of the container's monitor. No thread blocks on the FIFO. Thread-safe.
 */
public final class AttachedInput {

    private static final String END = "eof";

    private final Consumer<Runnable> taken;
    private final Runnable step;
    private final InputQueue queue;
    private final ContainerInput input;
    private volatile boolean gone;
    private volatile boolean ending;
    private final AtomicReference<String> resize = new AtomicReference<>("");

    /**
     * @param taken informs the client that a piece was accepted, and runs its argument when that message was sent; must
     *     not block
     */
    public AttachedInput(
            Containers containers, Watches watches, Memory memory, ContainerFolder folder, Consumer<Runnable> taken) {
        this.queue = new InputQueue(memory);
        this.taken = taken;
        this.step = watches.steps().wakeable(this::move);
        this.input = containers.input(folder, step);
    }

    /** Adds a piece; returns the reason if it is refused. */
    public Optional<InputRefusal> offer(byte[] piece) {
        Optional<InputRefusal> refused = queue.offer(piece);
        step.run();
        return refused;
    }

    /** Ends the input after everything that was sent before. */
    public void end() {
        ending = true;
        step.run();
    }

    /** Sets the size of the container's terminal; of several pending sizes, only the last is used. */
    public void resize(String order) {
        resize.set(order);
        step.run();
    }

    /** Called when the client has disconnected; pending input is dropped. */
    public void disconnected() {
        gone = true;
        queue.close();
        step.run();
    }

    private void move() {
        input.stopWaiting();
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
            // The container has ended, which its output shows.
            disconnected();
            input.close();
        }
    }
}
