package dev.rustyrun.http;

import dev.rustyrun.engine.service.Caller;
import dev.rustyrun.http.access.Identity;
import io.vertx.ext.web.RoutingContext;

/** Finds the client of a request. */
final class Callers {

    private Callers() {}

    /** The client of {@code context}; it counts as gone when its connection ends before the response. */
    static Caller of(RoutingContext context) {
        Caller caller = new Caller(nameOf(context));
        context.addEndHandler(ended -> {
            if (ended.failed() || !context.response().ended()) {
                caller.disconnected();
            }
        });
        if (context.response().closed() && !context.response().ended()) {
            caller.disconnected();
        }
        return caller;
    }

    /** The name shared by all requests of one caller. */
    static String nameOf(RoutingContext context) {
        return Identity.of(context).name();
    }
}
