package dev.rustyrun.container.watch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;

/** Wakes a thread that waits in poll(2) from any other thread, through a pipe; man 7 pipe. */
public final class Wakeup implements AutoCloseable {

    private static final byte[] ONE_BYTE = {1};

    private final Linux linux;
    private final int readEnd;
    private final int writeEnd;
    private boolean woken;
    private boolean closed;

    public Wakeup(Linux linux) {
        this.linux = linux;
        int[] pipe = linux.pipe();
        this.readEnd = pipe[0];
        this.writeEnd = pipe[1];
    }

    /** Adds the end that becomes readable when {@link #wake} is called. */
    public void addTo(PollSet set) {
        set.add(readEnd, PollSet.POLLIN);
    }

    public synchronized void wake() {
        if (!woken && !closed) {
            woken = true;
            linux.writeAll(writeEnd, ONE_BYTE);
        }
    }

    /** Resets the wakeup after the thread has seen it. */
    public synchronized void clear() {
        if (woken && !closed) {
            woken = false;
            linux.read(readEnd, new byte[ONE_BYTE.length], ONE_BYTE.length);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            linux.close(readEnd);
            linux.close(writeEnd);
        }
    }
}
