package dev.rustyrun.http;

import dev.rustyrun.container.supervised.AttachedInput;
import dev.rustyrun.container.supervised.AttachedOutput;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.RefusedException;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.listen.SocketOpening;
import dev.rustyrun.spec.ContainerException;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.PathParam;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code /v1/containers/{id}/attach}. A binary message to the service is input; one from the service is output, its
 * first byte 1 for stdout and 2 for stderr. A text message to the service is a control message, {@code eof} or {@code
 * resize ROWS COLUMNS}; the service sends {@code taken} for each piece of input that the container has accepted. A
 * client that does not wait for this is disconnected when a megabyte of input is queued. Earlier output comes first.
 * With {@code ?start=true} the container is started after the client is attached, so that the client misses no output.
 * A client that reads slowly blocks the container.
 */
@WebSocket(path = "/v1/containers/{id}/attach")
public class AttachSocket {

    private static final UserData.TypedKey<AttachedInput> INPUT = new UserData.TypedKey<>("input");
    private static final UserData.TypedKey<AttachedOutput> OUTPUT = new UserData.TypedKey<>("output");
    private static final UserData.TypedKey<Boolean> REFUSED = new UserData.TypedKey<>("refused");
    private static final String TAKEN = "taken";
    private static final String END = "eof";

    private final Containers containers;
    private final Watches watches;
    private final Followers followers;
    private final Budget budget;

    AttachSocket(Containers containers, Watches watches, Followers followers, Budget budget) {
        this.budget = budget;
        this.containers = containers;
        this.watches = watches;
        this.followers = followers;
    }

    @OnOpen
    @Blocking
    Uni<Void> open(WebSocketConnection connection, @PathParam("id") String id) {
        String query =
                Optional.ofNullable(connection.handshakeRequest().query()).orElse("");
        if (!query.matches("|start=(true|false)")) {
            SocketOpening.opened(connection);
            return connection.close(Closing.refused("the only query parameter is start: true or false"));
        }
        ContainerFolder folder;
        Runnable leave;
        try {
            folder = containers.named(id);
            leave = followers.enter(Identity.of(connection).name());
        } catch (ProblemException | RefusedException | ContainerException e) {
            SocketOpening.opened(connection);
            boolean later = Problems.of(e).retryAfterSeconds() > 0;
            return connection.close(Closing.refused(later, e.getMessage()));
        }
        AttachedOutput output = new AttachedOutput(containers, watches, folder, output(connection), leave);
        connection.userData().put(OUTPUT, output);
        try {
            connection.userData().put(INPUT, input(connection, folder));
            output.begin();
            if (query.equals("start=true")) {
                containers.start(folder).whenComplete((started, failure) -> {
                    if (failure != null) {
                        output.fail(Problems.of(failure).detail());
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            output.fail("the service is stopping");
        } catch (RuntimeException e) {
            output.fail(Problems.of(e).detail());
        }
        if (!connection.isOpen()) {
            closed(connection);
        }
        SocketOpening.opened(connection);
        return Uni.createFrom().voidItem();
    }

    @OnBinaryMessage
    @NonBlocking
    Uni<Void> input(Buffer input, WebSocketConnection connection) {
        AttachedInput waiting = connection.userData().get(INPUT);
        if (waiting == null || isRefused(connection)) {
            return Uni.createFrom().voidItem();
        }
        return waiting.offer(input.getBytes())
                .map(refusal -> refuse(connection, Closing.refused(refusal.isTemporary(), refusal.reason())))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private AttachedInput input(WebSocketConnection connection, ContainerFolder folder) {
        return new AttachedInput(
                containers,
                watches,
                budget,
                folder,
                whenSent ->
                        connection.sendText(TAKEN).subscribe().with(sent -> whenSent.run(), gone -> whenSent.run()));
    }

    private static AttachedOutput.Socket output(WebSocketConnection connection) {
        return new AttachedOutput.Socket() {
            @Override
            public void send(byte stream, byte[] bytes, Consumer<Boolean> sent) {
                connection
                        .sendBinary(Buffer.buffer().appendByte(stream).appendBytes(bytes))
                        .subscribe()
                        .with(done -> sent.accept(true), failure -> sent.accept(false));
            }

            @Override
            public void close(AttachedOutput.End end, String why) {
                CloseReason reason =
                        switch (end) {
                            case ENDED -> Closing.ended(why);
                            case NOT_STARTED -> Closing.refused(why);
                            case FAILED -> Closing.failed(why);
                        };
                connection.close(reason).subscribe().with(closed -> {}, failure -> {});
            }
        };
    }

    private static Uni<Void> refuse(WebSocketConnection connection, CloseReason reason) {
        connection.userData().put(REFUSED, true);
        return connection.close(reason);
    }

    /** Ignores data that was in transit when the connection was closed. */
    private static boolean isRefused(WebSocketConnection connection) {
        return connection.userData().get(REFUSED) != null || connection.isClosed();
    }

    @OnClose
    @NonBlocking
    Uni<Void> closed(WebSocketConnection connection) {
        AttachedInput waiting = connection.userData().get(INPUT);
        if (waiting != null) {
            waiting.disconnected();
        }
        AttachedOutput output = connection.userData().get(OUTPUT);
        if (output != null) {
            output.disconnected();
        }
        return Uni.createFrom().voidItem();
    }

    @OnTextMessage
    @NonBlocking
    Uni<Void> order(String order, WebSocketConnection connection) {
        AttachedInput waiting = connection.userData().get(INPUT);
        if (waiting == null || isRefused(connection)) {
            return Uni.createFrom().voidItem();
        }
        if (order.equals(END)) {
            waiting.end();
        } else if (order.matches("resize [0-9]{1,4} [0-9]{1,4}")) {
            waiting.resize(order);
        } else {
            return refuse(connection, Closing.refused("a text message must be eof or resize ROWS COLUMNS"));
        }
        return Uni.createFrom().voidItem();
    }
}
