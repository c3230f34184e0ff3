package dev.rustyrun.container.supervised;

import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.stage.Transfer;
import java.nio.file.Path;
import java.util.Optional;

/** Writes input into the FIFO of a container's monitor without blocking. Used by one thread at a time. */
public final class ContainerInput implements AutoCloseable {

    private final Linux linux;
    private final Containers containers;
    private final Watches watches;
    private final ContainerFolder folder;
    private final Runnable wake;
    /** Keeps the control FIFO of a created container open, so that orders stay in it until the start. */
    private int control;

    private int fifo = -1;
    private int written;
    private Optional<PollLoop.Registration> room = Optional.empty();
    private Optional<ContainerWatch> watch = Optional.empty();

    ContainerInput(Linux linux, Containers containers, Watches watches, ContainerFolder folder, Runnable wake) {
        this.linux = linux;
        this.containers = containers;
        this.watches = watches;
        this.folder = folder;
        this.wake = wake;
        this.control = containers.status(folder) == ContainerStatus.CREATED ? open(folder.control()) : -1;
    }

    private int open(Path opened) {
        return linux.open(opened.toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
    }

    /** Stops waiting; must be called first after each wakeup. */
    public void stopWaiting() {
        room.ifPresent(PollLoop.Registration::close);
        room = Optional.empty();
    }

    /**
     * Writes the rest of {@code piece}; returns whether all of it is written. If not, a wakeup says when to call this
     * again with the same piece. Input for an ended container is dropped.
     *
     * @throws dev.rustyrun.linux.LinuxException when the FIFO was removed with the container
     */
    public boolean isTaken(byte[] piece) {
        if (fifo < 0) {
            fifo = open(folder.stdin());
        }
        while (written < piece.length && !containers.status(folder).hasEnded()) {
            int count = Transfer.write(linux, fifo, piece, written, piece.length - written);
            if (count == Transfer.WOULD_WAIT) {
                if (watch.isEmpty()) {
                    watch = Optional.of(watches.watch(folder, false, wake));
                }
                watch.get().refresh();
                room = Optional.of(watches.loop().add(fifo, PollSet.POLLOUT, wake));
                return false;
            }
            written += count;
        }
        written = 0;
        return true;
    }

    /** Sends an order to the monitor, see {@link Containers#order}. */
    public void order(String line) {
        containers.order(folder, line);
    }

    @Override
    public void close() {
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
