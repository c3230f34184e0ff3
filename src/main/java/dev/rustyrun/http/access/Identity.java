package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Who asks, and what that caller may do. Requests with the same name come from the same caller: answers are kept for that
 * caller alone, and turns are shared fairly between names.
 *
 * @param name of a token ({@code token:} and a part of its digest), a certificate ({@code certificate:} and its subject), or,
 *        where neither is needed, of the other end: {@code user:} and a name on a unix socket, {@code address:} and an IP
 *        address elsewhere
 */
public record Identity(String name, Role role) {

    private static final String IN_REQUEST = Identity.class.getName();
    private static final UserData.TypedKey<Identity> IN_SOCKET = new UserData.TypedKey<>(IN_REQUEST);

    /** The caller of a request; a resource method gets the context with {@code @Context RoutingContext}. */
    public static Identity of(RoutingContext context) {
        Identity identity = context.get(IN_REQUEST);
        if (identity == null) {
            throw new IllegalStateException("a request has passed without authentication");
        }
        return identity;
    }

    /** The caller of a web socket. */
    public static Identity of(WebSocketConnection connection) {
        Identity identity = connection.userData().get(IN_SOCKET);
        if (identity == null) {
            throw new IllegalStateException("a web socket was opened without authentication");
        }
        return identity;
    }

    /** Why this caller may not do what {@code needed} may, if that is so. */
    public Optional<Problem> objection(Role needed) {
        return role.includes(needed)
                ? Optional.empty()
                : Optional.of(
                        Problem.of(403, "forbidden", "your role is " + role.word() + "; this needs " + needed.word()));
    }

    void putInto(RoutingContext context) {
        context.put(IN_REQUEST, this);
    }

    void putInto(UserData socket) {
        socket.put(IN_SOCKET, this);
    }
}
