package dev.rustyrun.http;

import dev.rustyrun.engine.service.AttachedExec;
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
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.Semaphore;

/**
 * {@code /v1/containers/{id}/exec/attach}: runs a command with the client attached to its input and output. The first
 * message to the service is text, the request in JSON; the others are as in {@link AttachSocket}, with the additional
 * control message {@code signal NAME}. The last message from the service is text too: the JSON response of {@code POST}
 * without the outputs, or a problem. When the client disconnects, the command is killed.
 */
@WebSocket(path = "/v1/containers/{id}/exec/attach")
public class ExecSocket {

    private static final UserData.TypedKey<AttachedExec> EXEC = new UserData.TypedKey<>("exec");
    private static final int MAX_SOCKETS = 100;

    private final ServedContainers containers;
    private final Execs execs;
    private final Semaphore free = new Semaphore(MAX_SOCKETS);

    ExecSocket(ServedContainers containers, Execs execs) {
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
        AttachedExec exec = connection.userData().get(EXEC);
        if (exec == null) {
            return begin(text, id, connection);
        }
        return exec.order(text)
                ? Uni.createFrom().voidItem()
                : connection.close(
                        Closing.refused(
                                "a text message must be eof, resize ROWS COLUMNS, or signal HUP, INT, QUIT, TERM, USR1 or USR2"));
    }

    @OnBinaryMessage
    @NonBlocking
    Uni<Void> input(Buffer input, WebSocketConnection connection) {
        AttachedExec exec = connection.userData().get(EXEC);
        if (exec == null) {
            return connection.close(Closing.refused("the first message must be the request, as text"));
        }
        return exec.offer(input.getBytes())
                .map(refusal -> connection.close(Closing.refused(refusal.isTemporary(), refusal.reason())))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    @OnClose
    @NonBlocking
    Uni<Void> closed(WebSocketConnection connection) {
        AttachedExec exec = connection.userData().get(EXEC);
        if (exec != null) {
            exec.disconnected();
        }
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> begin(String request, String id, WebSocketConnection connection) {
        AttachedExec exec = execs.attached(Identity.of(connection).name(), new AttachedConnection(connection));
        if (!free.tryAcquire()) {
            exec.close();
            Problem busy = Problem.busy(503, MAX_SOCKETS + " clients are attached, the maximum", 1);
            return connection.sendText(busy.json().toString()).chain(() -> connection.close());
        }
        connection.userData().put(EXEC, exec);
        exec.run(
                () -> containers.named(id),
                request,
                (result, failure) -> failure == null ? lastMessage(result) : lastMessage(failure),
                () -> {
                    free.release();
                    connection.close().subscribe().with(closed -> {}, gone -> {});
                });
        return Uni.createFrom().voidItem();
    }

    private static String lastMessage(RunResult result) {
        return RunResultJson.withProblem(result).toString();
    }

    private static String lastMessage(Throwable failure) {
        return Problems.of(failure).json().toString();
    }
}
