package dev.rustyrun.http.access;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Compares the caller's role with the role that the matched resource method needs: that of its annotation, or {@code
 * admin}. Runs after matching, so that the spelling of the path does not matter.
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

    /** Runs after {@link #read}: if a method has both annotations, the stronger role applies. */
    @LaunchRole
    @ServerRequestFilter(priority = SECOND, nonBlocking = true)
    void launch(ContainerRequestContext request) {
        request.setProperty(NEEDED, Role.LAUNCH);
    }

    @ServerRequestFilter(priority = THIRD, nonBlocking = true)
    void check(ContainerRequestContext request, RoutingContext context) {
        Role needed = request.getProperty(NEEDED) instanceof Role annotated ? annotated : Role.ADMIN;
        Identity.of(context).objection(needed).ifPresent(problem -> {
            // Closes the connection, because the rest of the body is not read.
            context.response().putHeader("Connection", "close");
            throw problem.exception();
        });
    }
}
