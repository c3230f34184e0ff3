package dev.rustyrun.container.supervised;

import dev.rustyrun.container.served.InputQueue;
import dev.rustyrun.container.served.Memory;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.InputRefusal;
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

    /**
     * Handles a control message; returns whether it is valid. {@code eof} ends the input after everything that was sent
     * before; of several pending sizes of the terminal, only the last is used.
     */
    public boolean order(String order) {
        if (order.equals(END)) {
            ending = true;
        } else if (order.matches("resize [0-9]{1,4} [0-9]{1,4}")) {
            resize.set(order);
        } else {
            return false;
        }
        step.run();
        return true;
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
