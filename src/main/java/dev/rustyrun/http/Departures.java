package dev.rustyrun.http;

import java.util.ArrayList;
import java.util.List;

/** What is to be done once a client goes. Safe for use by several threads. */
final class Departures {

    private final List<Runnable> waiting = new ArrayList<>(2);
    private volatile boolean gone;

    /** Whether it has gone. */
    boolean areOver() {
        return gone;
    }

    /** Does {@code work}, which must not wait, once the client goes; at once when that has happened. */
    void add(Runnable work) {
        synchronized (this) {
            if (!gone) {
                waiting.add(work);
                return;
            }
        }
        work.run();
    }

    /** It goes; may be told more often. */
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
