package dev.rustyrun.http;

import java.util.ArrayList;
import java.util.List;

/** Work to do when a client disconnects. Safe for use by several threads. */
final class Departures {

    private final List<Runnable> waiting = new ArrayList<>(2);
    private volatile boolean gone;

    /** Whether it has disconnected. */
    boolean areOver() {
        return gone;
    }

    /** Runs {@code work}, which must not wait, when the client disconnects; at once if that has happened. */
    void add(Runnable work) {
        synchronized (this) {
            if (!gone) {
                waiting.add(work);
                return;
            }
        }
        work.run();
    }

    /** The client disconnects; may be called again. */
    void tell() {
        List<Runnable> told;
        synchronized (this) {
            gone = true;
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(Runnable::run);
    }
}
