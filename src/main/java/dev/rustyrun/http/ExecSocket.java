package dev.rustyrun.http;

import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.listen.SocketOpening;
import dev.rustyrun.linux.Linux;
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

    private static final UserData.TypedKey<AttachedCaller> CALLER = new UserData.TypedKey<>("caller");
    private static final int MAX_SOCKETS = 100;

    private final Linux linux;
    private final Containers containers;
    private final Execs execs;
    private final Steps steps;
    private final Budget budget;
    private final Semaphore free = new Semaphore(MAX_SOCKETS);

    ExecSocket(Linux linux, Containers containers, Execs execs, Steps steps, Budget budget) {
        this.budget = budget;
        this.steps = steps;
        this.linux = linux;
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
        AttachedCaller caller = connection.userData().get(CALLER);
        if (caller == null) {
            return begin(text, id, connection);
        }
        return caller.order(text)
                ? Uni.createFrom().voidItem()
                : connection.close(
                        Closing.refused(
                                "a text message must be eof, resize ROWS COLUMNS, or signal HUP, INT, QUIT, TERM, USR1 or USR2"));
    }

    @OnBinaryMessage
    @NonBlocking
    Uni<Void> input(Buffer input, WebSocketConnection connection) {
        AttachedCaller caller = connection.userData().get(CALLER);
        if (caller == null) {
            return connection.close(Closing.refused("the first message must be the request, as text"));
        }
        return caller.offer(input.getBytes())
                .map(connection::close)
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    @OnClose
    @NonBlocking
    Uni<Void> closed(WebSocketConnection connection) {
        AttachedCaller caller = connection.userData().get(CALLER);
        if (caller != null) {
            caller.disconnected();
        }
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> begin(String request, String id, WebSocketConnection connection) {
        AttachedCaller caller = new AttachedCaller(Identity.of(connection).name(), linux, budget, connection);
        if (!free.tryAcquire()) {
            caller.close();
            Problem busy = Problem.busy(503, MAX_SOCKETS + " clients are attached, the maximum", 1);
            return connection.sendText(busy.json().toString()).chain(() -> connection.close());
        }
        connection.userData().put(CALLER, caller);
        CompletableFuture.supplyAsync(() -> launch(request, id, caller), steps.threads())
                .thenCompose(launched -> launched)
                .handle((result, failure) -> failure == null ? lastMessage(result) : lastMessage(failure))
                .thenAccept(last -> caller.finish(last, () -> {
                    caller.close();
                    free.release();
                    connection.close().subscribe().with(closed -> {}, gone -> {});
                }));
        return Uni.createFrom().voidItem();
    }

    private CompletionStage<RunResult> launch(String request, String id, AttachedCaller caller) {
        return execs.attach(containers.named(id), request, caller);
    }

    private static String lastMessage(RunResult result) {
        return result.jsonWithProblem().toString();
    }

    private static String lastMessage(Throwable failure) {
        return Problems.of(failure).json().toString();
    }
}
