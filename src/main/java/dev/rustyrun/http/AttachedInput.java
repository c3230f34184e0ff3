package dev.rustyrun.http;

import dev.rustyrun.launch.Transfer;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input that a caller has sent and a container has not taken, {@value #MOST} bytes at the most, on its way into the FIFO of the
 * container's monitor. No thread waits for room in that. Safe for use by several threads.
 */
final class AttachedInput {

    private static final int MOST = 1024 * 1024;

    private final Linux linux;
    private final Watches watches;
    private final ContainerFolder folder;
    private final Runnable taken;
    private final Runnable step;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean gone;

    // Of the step.
    private int fifo = -1;
    private int written;
    private Optional<PollLoop.Registration> room = Optional.empty();
    private Optional<ContainerWatch> watch = Optional.empty();

    /** @param taken is done for each piece that was taken; it must not wait */
    AttachedInput(Linux linux, Watches watches, ContainerFolder folder, Runnable taken) {
        this.linux = linux;
        this.watches = watches;
        this.folder = folder;
        this.taken = taken;
        this.step = watches.steps().wakeable(this::move);
    }

    /** Adds a piece; whether there was room for it. */
    boolean offer(byte[] piece) {
        synchronized (this) {
            if (bytes + piece.length > MOST) {
                return false;
            }
            // An empty piece is answered too.
            pieces.addLast(piece);
            bytes += Math.max(1, piece.length);
        }
        step.run();
        return true;
    }

    /** The caller has gone, and what it sent last is nobody's. */
    void goes() {
        synchronized (this) {
            gone = true;
            pieces.clear();
        }
        step.run();
    }

    private synchronized Optional<byte[]> first() {
        return Optional.ofNullable(pieces.peekFirst());
    }

    private synchronized void removeFirst() {
        if (!pieces.isEmpty()) {
            bytes -= Math.max(1, pieces.removeFirst().length);
        }
    }

    private void move() {
        room.ifPresent(PollLoop.Registration::close);
        room = Optional.empty();
        try {
            for (Optional<byte[]> piece = first(); piece.isPresent(); piece = first()) {
                if (!give(piece.get())) {
                    return;
                }
                written = 0;
                removeFirst();
                taken.run();
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
            fifo = linux.open(folder.stdin().toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
        }
        while (written < piece.length && ContainerStatus.of(linux, folder).isAlive()) {
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
        if (fifo >= 0) {
            linux.close(fifo);
            fifo = -1;
        }
    }
}
