package dev.rustyrun.http;

import dev.rustyrun.http.access.Identity;
import io.vertx.ext.web.RoutingContext;

/** Finds the client of a request. */
final class Callers {

    private Callers() {}

    /** The caller that waits for the answer of {@code context}, and is marked gone when its connection ends before that. */
    static Caller of(RoutingContext context) {
        Caller caller = new Caller(nameOf(context));
        context.addEndHandler(ended -> {
            if (ended.failed() || !context.response().ended()) {
                caller.goes();
            }
        });
        if (context.response().closed() && !context.response().ended()) {
            caller.goes();
        }
        return caller;
    }

    /** What all requests of one caller have in common. */
    static String nameOf(RoutingContext context) {
        return Identity.of(context).name();
    }
}
