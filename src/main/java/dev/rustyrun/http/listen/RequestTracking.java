package dev.rustyrun.http.listen;

import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Reports the progress of requests to their connections. */
@Singleton
public final class RequestTracking {

    private static final int FIRST = 20_000;
    private static final int BEFORE_ALL_ROUTES = -20_000;

    void register(@Observes Filters filters) {
        filters.register(this::begin, FIRST);
    }

    void register(@Observes ManagementInterface management) {
        management.router().route().order(BEFORE_ALL_ROUTES).handler(context -> {
            track(context);
            complete(context);
            context.next();
        });
    }

    private void begin(RoutingContext context) {
        track(context);
        context.next();
    }

    private static void track(RoutingContext context) {
        Optional<Connection> connection = Connection.of(context.request());
        connection.ifPresent(each -> {
            each.hasHead(context.request());
            if (context.request().getHeader("Upgrade") == null) {
                context.addEndHandler(ended -> each.isAnswered());
            }
        });
    }

    /** The request has arrived completely, or its handler reads the rest. */
    public static void complete(RoutingContext context) {
        Connection.of(context.request()).ifPresent(Connection::hasRequest);
    }
}
