package dev.rustyrun.http;

import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.launch.Transfer;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.ContainerStatus;
import io.quarkus.websockets.next.CloseReason;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Input that a caller has sent and a container has not taken, on its way into the FIFO of the container's monitor. No thread waits for room in that. Safe for use by several threads.
 */
final class AttachedInput {

    private static final String END = "eof";

    private final Linux linux;
    private final Containers containers;
    private final Watches watches;
    private final ContainerFolder folder;
    private final Consumer<Runnable> taken;
    private final Consumer<String> orders;
    private final Runnable step;
    private final InputQueue queue;
    private volatile boolean gone;
    private volatile boolean ending;
    private final AtomicReference<String> resize = new AtomicReference<>("");

    /** Orders to a container that is not started yet are in its FIFO as long as somebody has that open. */
    private int control;

    // Of the step.
    private int fifo = -1;
    private int written;
    private Optional<PollLoop.Registration> room = Optional.empty();
    private Optional<ContainerWatch> watch = Optional.empty();

    /**
     * @param taken tells the caller of a piece that was taken, and does what it is given when that has been sent; it must not
     *     wait
     * @param orders gives the container's monitor an order: {@code eof}, or another size of the terminal
     */
    AttachedInput(
            Linux linux,
            Containers containers,
            Watches watches,
            Budget budget,
            ContainerFolder folder,
            Consumer<Runnable> taken,
            Consumer<String> orders) {
        this.orders = orders;
        this.queue = new InputQueue(budget);
        this.linux = linux;
        this.containers = containers;
        this.watches = watches;
        this.folder = folder;
        this.taken = taken;
        this.step = watches.steps().wakeable(this::move);
        this.control = containers.status(folder) == ContainerStatus.CREATED ? open(folder.control()) : -1;
    }

    private int open(Path fifo) {
        return linux.open(fifo.toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
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
        room.ifPresent(PollLoop.Registration::close);
        room = Optional.empty();
        try {
            String order = resize.getAndSet("");
            if (!order.isEmpty()) {
                orders.accept(order);
            }
            for (Optional<byte[]> piece = queue.first(); piece.isPresent(); piece = queue.first()) {
                if (!give(piece.get())) {
                    return;
                }
                written = 0;
                int size = queue.removeFirst();
                taken.accept(() -> queue.giveBack(size));
            }
            if (ending) {
                ending = false;
                orders.accept(END);
            }
            if (gone) {
                close();
            }
        } catch (LinuxException e) {
            // The container is gone, which its output tells.
            goes();
            close();
        }
    }

    /** Whether all of it was taken; what a container does not take that has ended is dropped. */
    private boolean give(byte[] piece) {
        if (fifo < 0) {
            fifo = open(folder.stdin());
        }
        while (written < piece.length && !containers.status(folder).hasEnded()) {
            int count = Transfer.write(linux, fifo, piece, written, piece.length - written);
            if (count == Transfer.WOULD_WAIT) {
                if (watch.isEmpty()) {
                    watch = Optional.of(watches.watch(folder, false, step));
                }
                watch.get().refresh();
                room = Optional.of(watches.loop().add(fifo, PollSet.POLLOUT, step));
                return false;
            }
            written += count;
        }
        return true;
    }

    private void close() {
        watch.ifPresent(ContainerWatch::close);
        watch = Optional.empty();
        fifo = close(fifo);
        control = close(control);
    }

    private int close(int descriptor) {
        if (descriptor >= 0) {
            linux.close(descriptor);
        }
        return -1;
    }
}
