package dev.rustyrun.http;

import io.netty.handler.codec.DecoderException;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClosedException;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * Handles errors of web sockets. A client that disconnects or violates the protocol is not logged as an error, so that
 * clients cannot fill the log.
 */
@Singleton
final class SocketErrors {

    private static final Logger LOG = Logger.getLogger(SocketErrors.class);

    @OnError
    @NonBlocking
    Uni<Void> failed(Throwable e, WebSocketConnection connection) {
        if (isOrdinary(e, connection)) {
            LOG.debugf("a web socket has ended: %s", e.getMessage());
        } else {
            LOG.error("a web socket failed unexpectedly", e);
        }
        return connection.isClosed()
                ? Uni.createFrom().voidItem()
                : connection.close(Closing.failed("")).onFailure().recoverWithNull();
    }

    private static boolean isOrdinary(Throwable e, WebSocketConnection connection) {
        return e instanceof IOException
                || e instanceof HttpClosedException
                || e instanceof DecoderException
                // Thrown for data that was still to be sent.
                || e instanceof IllegalStateException && connection.isClosed();
    }
}
