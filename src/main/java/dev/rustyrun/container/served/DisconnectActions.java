package dev.rustyrun.container.served;

import java.util.ArrayList;
import java.util.List;

/** Runs actions when a client disconnects. Thread-safe. */
public final class DisconnectActions {

    private final List<Runnable> waiting = new ArrayList<>(2);
    private volatile boolean gone;

    /** Whether the client has disconnected. */
    public boolean isGone() {
        return gone;
    }

    /** Runs {@code work}, which must not block, when the client disconnects; at once if it already has. */
    public void add(Runnable work) {
        synchronized (this) {
            if (!gone) {
                waiting.add(work);
                return;
            }
        }
        work.run();
    }

    /** Called when the client disconnects; may be called repeatedly. */
    public void disconnected() {
        List<Runnable> actions;
        synchronized (this) {
            gone = true;
            actions = List.copyOf(waiting);
            waiting.clear();
        }
        actions.forEach(Runnable::run);
    }
}
