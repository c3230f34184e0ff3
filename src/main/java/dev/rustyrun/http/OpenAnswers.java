package dev.rustyrun.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Counts requests with an incomplete response. Web sockets are excluded. Quarkus's own counter, for which a shutdown
 * can wait, cannot be used: it never removes a web socket, even a closed one.
 */
@Singleton
final class OpenAnswers {

    private static final int AFTER_ACCESS = 9_000;

    private int open;

    void register(@Observes Filters filters) {
        filters.register(this::count, AFTER_ACCESS);
    }

    private void count(RoutingContext context) {
        if (context.request().getHeader("Upgrade") == null) {
            add(1);
            context.addEndHandler(ended -> add(-1));
        }
        context.next();
    }

    private synchronized void add(int more) {
        open += more;
        if (open == 0) {
            notifyAll();
        }
    }

    /** Waits until all responses are complete, at most {@code millis}. */
    synchronized void awaitNone(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; open > 0 && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
