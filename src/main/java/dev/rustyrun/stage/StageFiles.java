package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import java.util.Arrays;

/**
 * The resources of stages until their start is complete: three pipes, a socket, {@code child} and its pidfd. Unless it
 * is {@linkplain #handOver handed over}, closing releases all of them, even after an exception. Used once.
 */
final class StageFiles implements AutoCloseable {

    private static final int CLOSED = -1;
    private static final int PAIRS = 4;
    // In the order in which descriptors 0 to 3 of child are made, so that none is overwritten before it has been used.
    private static final int[] CHILD_ENDS = {0, 3, 5, 7};
    private static final int STDIN = 1;
    private static final int STDOUT = 2;
    private static final int STDERR = 4;
    private static final int CHANNEL = 6;
    private static final int PROCESS = 2 * PAIRS;

    private final Linux linux;
    private final int[] opened = new int[PROCESS + 1];
    private int child;

    StageFiles(Linux linux) {
        this.linux = linux;
        Arrays.fill(opened, CLOSED);
    }

    /** Opens the pipes, whose ends on this side are non-blocking, and the socket. */
    void open() {
        for (int i = 0; i < PAIRS; i++) {
            int[] pair = i < PAIRS - 1 ? linux.pipe() : linux.socketPair();
            opened[2 * i] = pair[0];
            opened[2 * i + 1] = pair[1];
        }
        for (int ours : new int[] {STDIN, STDOUT, STDERR}) {
            linux.setNonBlocking(opened[ours]);
        }
    }

    /** Starts {@code child} with the other ends, and returns its process id. */
    int startChild(ChildStart start) {
        child = start.start(Arrays.stream(CHILD_ENDS).map(i -> opened[i]).toArray());
        opened[PROCESS] = linux.processDescriptor(child);
        return child;
    }

    /** Closes the ends that only {@code child} needs. */
    void closeChildEnds() {
        for (int i : CHILD_ENDS) {
            close(i);
        }
    }

    int channel() {
        return opened[CHANNEL];
    }

    /** A pidfd of {@code child}, which becomes readable when that ends. */
    int process() {
        return opened[PROCESS];
    }

    CommandPipes pipes() {
        return new CommandPipes(opened[STDIN], opened[STDOUT], opened[STDERR]);
    }

    /** Hands the resources over: closing this object then releases nothing. */
    void handOver() {
        Arrays.fill(opened, CLOSED);
        child = 0;
    }

    private void close(int i) {
        int descriptor = opened[i];
        opened[i] = CLOSED;
        if (descriptor != CLOSED) {
            linux.close(descriptor);
        }
    }

    @Override
    public void close() {
        try {
            linux.closeAll(opened);
        } finally {
            if (child > 0) {
                linux.kill(child, Signal.SIGKILL.number());
                linux.awaitIfChild(child);
            }
        }
    }
}
