package dev.rustyrun.http;

import dev.rustyrun.engine.service.ClientSocket;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletionStage;

/** The web socket of an attached client. */
record AttachedConnection(WebSocketConnection socket) implements ClientSocket {

    @Override
    public CompletionStage<?> sendText(String text) {
        return socket.sendText(text).subscribeAsCompletionStage();
    }

    @Override
    public CompletionStage<?> sendOutput(byte[] message) {
        return socket.sendBinary(Buffer.buffer(message)).subscribeAsCompletionStage();
    }

    @Override
    public void close(End end, String why) {
        CloseReason reason =
                switch (end) {
                    case ENDED -> Closing.ended(why);
                    case NOT_STARTED -> Closing.refused(why);
                    case FAILED -> Closing.failed(why);
                };
        socket.close(reason).subscribe().with(closed -> {}, gone -> {});
    }
}
