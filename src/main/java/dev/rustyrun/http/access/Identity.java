package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * The caller of a request and its role. Requests with the same name count as the same caller: stored responses belong
 * to that caller, and the launch queue is fair between names.
 *
 * @param name {@code token:} and a part of the token's digest; {@code certificate:} and the subject; or without
 *     authentication, {@code user:} and the user's name on a unix socket, otherwise {@code address:} and the IP address
 */
public record Identity(String name, Role role) {

    private static final String IN_REQUEST = Identity.class.getName();
    private static final UserData.TypedKey<Identity> IN_SOCKET = new UserData.TypedKey<>(IN_REQUEST);

    /** The caller of a request; a resource method gets the context by {@code @Context RoutingContext}. */
    public static Identity of(RoutingContext context) {
        Identity identity = context.get(IN_REQUEST);
        if (identity == null) {
            throw new IllegalStateException("a request was not authenticated");
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

    /** The problem if this caller does not have the role {@code needed}. */
    public Optional<Problem> objection(Role needed) {
        return role.includes(needed)
                ? Optional.empty()
                : Optional.of(Problem.of(
                        403, "forbidden", "your role is " + role.word() + "; this request needs " + needed.word()));
    }

    void putInto(RoutingContext context) {
        context.put(IN_REQUEST, this);
    }

    void putInto(UserData socket) {
        socket.put(IN_SOCKET, this);
    }
}
