package dev.rustyrun.container.watch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;

/** Wakes a thread that waits in poll(2); rung by any thread, for one that listens. */
public final class Bell implements AutoCloseable {

    private static final byte[] RING = {1};

    private final Linux linux;
    private final int listening;
    private final int ringing;
    private boolean rung;
    private boolean closed;

    public Bell(Linux linux) {
        this.linux = linux;
        int[] pipe = linux.pipe();
        this.listening = pipe[0];
        this.ringing = pipe[1];
    }

    /** Waits for it too. */
    public void addTo(PollSet set) {
        set.add(listening, PollSet.POLLIN);
    }

    public synchronized void ring() {
        if (!rung && !closed) {
            rung = true;
            linux.writeAll(ringing, RING);
        }
    }

    /** From now on it can be rung again. */
    public synchronized void hush() {
        if (rung && !closed) {
            rung = false;
            linux.read(listening, new byte[RING.length], RING.length);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            linux.close(listening);
            linux.close(ringing);
        }
    }
}
