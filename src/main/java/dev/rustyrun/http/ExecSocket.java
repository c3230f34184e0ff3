package dev.rustyrun.http;

import dev.rustyrun.container.served.AttachedClient;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.engine.service.Execs;
import dev.rustyrun.engine.service.RunResult;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.listen.SocketOpening;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.PathParam;
import io.quarkus.websockets.next.Sender;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * {@code /v1/containers/{id}/exec/attach}: runs a command with the client attached to its input and output. The first
 * message to the service is text, the request in JSON; the others are as in {@link AttachSocket}, with the additional
 * control message {@code signal NAME}. The last message from the service is text too: the JSON response of {@code POST}
 * without the outputs, or a problem. When the client disconnects, the command is killed.
 */
@WebSocket(path = "/v1/containers/{id}/exec/attach")
public class ExecSocket {

    private static final UserData.TypedKey<AttachedClient> CLIENT = new UserData.TypedKey<>("client");
    private static final int MAX_SOCKETS = 100;

    private final ServedContainers containers;
    private final Execs execs;
    private final Steps steps;
    private final Semaphore free = new Semaphore(MAX_SOCKETS);

    ExecSocket(ServedContainers containers, Execs execs, Steps steps) {
        this.steps = steps;
        this.containers = containers;
        this.execs = execs;
    }

    @OnOpen
    @NonBlocking
    Uni<Void> open(WebSocketConnection connection) {
        SocketOpening.opened(connection);
        return Uni.createFrom().voidItem();
    }

    @OnTextMessage
    @NonBlocking
    Uni<Void> text(String text, @PathParam("id") String id, WebSocketConnection connection) {
        AttachedClient client = connection.userData().get(CLIENT);
        if (client == null) {
            return begin(text, id, connection);
        }
        return client.order(text)
                ? Uni.createFrom().voidItem()
                : connection.close(
                        Closing.refused(
                                "a text message must be eof, resize ROWS COLUMNS, or signal HUP, INT, QUIT, TERM, USR1 or USR2"));
    }

    @OnBinaryMessage
    @NonBlocking
    Uni<Void> input(Buffer input, WebSocketConnection connection) {
        AttachedClient client = connection.userData().get(CLIENT);
        if (client == null) {
            return connection.close(Closing.refused("the first message must be the request, as text"));
        }
        return client.offer(input.getBytes())
                .map(refusal -> connection.close(Closing.refused(refusal.isTemporary(), refusal.reason())))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    @OnClose
    @NonBlocking
    Uni<Void> closed(WebSocketConnection connection) {
        AttachedClient client = connection.userData().get(CLIENT);
        if (client != null) {
            client.disconnected();
        }
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> begin(String request, String id, WebSocketConnection connection) {
        AttachedClient client = execs.client(Identity.of(connection).name(), new ExecConnection(connection));
        if (!free.tryAcquire()) {
            client.close();
            Problem busy = Problem.busy(503, MAX_SOCKETS + " clients are attached, the maximum", 1);
            return connection.sendText(busy.json().toString()).chain(() -> connection.close());
        }
        connection.userData().put(CLIENT, client);
        CompletableFuture.supplyAsync(() -> launch(request, id, client), steps.threads())
                .thenCompose(launched -> launched)
                .handle((result, failure) -> failure == null ? lastMessage(result) : lastMessage(failure))
                .thenAccept(last -> client.finish(last, () -> {
                    client.close();
                    free.release();
                    connection.close().subscribe().with(closed -> {}, gone -> {});
                }));
        return Uni.createFrom().voidItem();
    }

    private CompletionStage<RunResult> launch(String request, String id, AttachedClient client) {
        return execs.attach(containers.named(id), request, client);
    }

    private static String lastMessage(RunResult result) {
        return RunResultJson.withProblem(result).toString();
    }

    private static String lastMessage(Throwable failure) {
        return Problems.of(failure).json().toString();
    }

    /** The messages to the client. */
    private record ExecConnection(Sender socket) implements AttachedClient.Socket {

        private static final String TAKEN = "taken";

        @Override
        public AttachedClient.Message taken() {
            return (sent, broken) -> send(socket.sendText(TAKEN), sent, broken);
        }

        @Override
        public AttachedClient.Message output(byte stream, byte[] bytes, int count) {
            Buffer message = Buffer.buffer(count + 1).appendByte(stream).appendBytes(bytes, 0, count);
            return (sent, broken) -> send(socket.sendBinary(message), sent, broken);
        }

        @Override
        public AttachedClient.Message last(String text) {
            return (sent, broken) -> send(socket.sendText(text), sent, broken);
        }

        private static void send(Uni<Void> message, Runnable sent, Runnable broken) {
            message.subscribe().with(done -> sent.run(), failure -> broken.run());
        }
    }
}
