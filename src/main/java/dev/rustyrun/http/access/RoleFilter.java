package dev.rustyrun.http.access;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Compares the caller's role with what the matched resource method needs: its annotation, or {@code admin} where it has none.
 * It runs after matching, so the spelling of the path decides nothing.
 */
final class RoleFilter {

    private static final String NEEDED = Role.class.getName();
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int THIRD = 3;

    @ReadRole
    @ServerRequestFilter(priority = FIRST, nonBlocking = true)
    void read(ContainerRequestContext request) {
        request.setProperty(NEEDED, Role.READ);
    }

    /** After {@link #read}: where both are given, the stronger one counts. */
    @LaunchRole
    @ServerRequestFilter(priority = SECOND, nonBlocking = true)
    void launch(ContainerRequestContext request) {
        request.setProperty(NEEDED, Role.LAUNCH);
    }

    @ServerRequestFilter(priority = THIRD, nonBlocking = true)
    void check(ContainerRequestContext request, RoutingContext context) {
        Role needed = request.getProperty(NEEDED) instanceof Role annotated ? annotated : Role.ADMIN;
        Identity.of(context).objection(needed).ifPresent(problem -> {
            // What is left of the body is not worth reading.
            context.response().putHeader("Connection", "close");
            throw problem.exception();
        });
    }
}
