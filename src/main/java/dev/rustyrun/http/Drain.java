package dev.rustyrun.http;

import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.engine.service.Shutdown;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OpenConnections;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Answers the clients that are still connected when the service stops, and then disconnects the others. */
@Singleton
final class Drain {

    /** The time to finish responses at the end. */
    private static final long ANSWER_SECONDS = 3;

    private static final CloseReason GOING_AWAY = new CloseReason(1001, "the service is stopping");

    private final Shutdown shutdown;
    private final ServeConfig config;
    private final OpenConnections sockets;
    private final Events events;
    private final OpenAnswers answers;
    private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    Drain(Shutdown shutdown, ServeConfig config, OpenConnections sockets, Events events, OpenAnswers answers) {
        this.shutdown = shutdown;
        this.config = config;
        this.sockets = sockets;
        this.events = events;
        this.answers = answers;
    }

    /**
     * Makes the service not ready. It refuses launches but still answers other requests until all launches have ended
     * or the drain time is over.
     */
    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        long end = System.nanoTime() + config.drainSeconds() * 1_000_000_000L;
        try {
            shutdown.begin();
            shutdown.awaitLaunches((end - System.nanoTime()) / 1_000_000);
            letGo();
            answers.awaitNone(ANSWER_SECONDS * 1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Disconnects followers. They have no end of their own, so they stay connected as long as the drain lasts. */
    private void letGo() {
        over = true;
        events.end();
        followers.forEach(Runnable::run);
        sockets.forEach(socket -> socket.close(GOING_AWAY).subscribe().with(closed -> {}, gone -> {}));
    }

    /** Runs {@code follower} when the drain is over, unless it is {@link #forget forgotten} before. */
    void whenOver(Runnable follower) {
        followers.add(follower);
        if (over) {
            follower.run();
        }
    }

    void forget(Runnable follower) {
        followers.remove(follower);
    }

    /** Whether the drain is over. */
    boolean isOver() {
        return over;
    }
}
