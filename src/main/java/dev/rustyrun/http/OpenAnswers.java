package dev.rustyrun.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests are not answered completely. Web sockets do not count: Quarkus's own count, for which it can wait at the end
 * of the service, has each of them for good, even one that was closed long ago.
 */
@Singleton
final class OpenAnswers {

    private static final int AFTER_ACCESS = 9_000;

    private final AtomicInteger open = new AtomicInteger();

    void register(@Observes Filters filters) {
        filters.register(this::count, AFTER_ACCESS);
    }

    private void count(RoutingContext context) {
        if (context.request().getHeader("Upgrade") == null) {
            open.incrementAndGet();
            context.addEndHandler(ended -> open.decrementAndGet());
        }
        context.next();
    }

    int count() {
        return open.get();
    }
}
