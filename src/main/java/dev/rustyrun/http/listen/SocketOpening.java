package dev.rustyrun.http.listen;

import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** Holds back a web socket's messages until its endpoint is ready, because nothing would limit them before. */
public final class SocketOpening {

    private static final UserData.TypedKey<Runnable> OPENED = new UserData.TypedKey<>("opened");

    private SocketOpening() {}

    /** Prepares a request that may become a web socket. */
    public static void expect(HttpServerRequest request, UserData socket) {
        if (request.connection() instanceof ConnectionBase connection) {
            Intake intake = connection.channel().pipeline().get(Intake.class);
            if (intake != null) {
                socket.put(OPENED, () -> connection.channel().eventLoop().execute(intake::release));
            }
        }
    }

    /** Releases the messages, because the endpoint is ready. */
    public static void opened(WebSocketConnection connection) {
        Runnable opened = connection.userData().remove(OPENED);
        if (opened != null) {
            opened.run();
        }
    }
}
