package dev.rustyrun.http;

import dev.rustyrun.engine.service.RefusedException;
import dev.rustyrun.engine.service.ServedAttachment;
import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
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

    private static final UserData.TypedKey<ServedAttachment> ATTACHMENT = new UserData.TypedKey<>("attachment");
    private static final UserData.TypedKey<Boolean> REFUSED = new UserData.TypedKey<>("refused");

    private final ServedContainers containers;
    private final Followers followers;

    AttachSocket(ServedContainers containers, Followers followers) {
        this.containers = containers;
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
        ServedContainer container;
        Runnable leave;
        try {
            container = containers.named(id);
            leave = followers.enter(Identity.of(connection).name());
        } catch (ProblemException | RefusedException | ContainerException e) {
            SocketOpening.opened(connection);
            boolean later = Problems.of(e).retryAfterSeconds() > 0;
            return connection.close(Closing.refused(later, e.getMessage()));
        }
        ServedAttachment attachment = container.attach(new AttachedConnection(connection), leave);
        connection.userData().put(ATTACHMENT, attachment);
        try {
            attachment.begin();
            if (query.equals("start=true")) {
                container.start().whenComplete((started, failure) -> {
                    if (failure != null) {
                        attachment.fail(Problems.of(failure).detail());
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            attachment.fail("the service is stopping");
        } catch (RuntimeException e) {
            attachment.fail(Problems.of(e).detail());
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
        ServedAttachment attachment = connection.userData().get(ATTACHMENT);
        if (attachment == null || isRefused(connection)) {
            return Uni.createFrom().voidItem();
        }
        return attachment
                .offer(input.getBytes())
                .map(refusal -> refuse(connection, Closing.refused(refusal.isTemporary(), refusal.reason())))
                .orElseGet(() -> Uni.createFrom().voidItem());
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
        ServedAttachment attachment = connection.userData().get(ATTACHMENT);
        if (attachment != null) {
            attachment.disconnected();
        }
        return Uni.createFrom().voidItem();
    }

    @OnTextMessage
    @NonBlocking
    Uni<Void> order(String order, WebSocketConnection connection) {
        ServedAttachment attachment = connection.userData().get(ATTACHMENT);
        if (attachment == null || isRefused(connection) || attachment.order(order)) {
            return Uni.createFrom().voidItem();
        }
        return refuse(connection, Closing.refused("a text message must be eof or resize ROWS COLUMNS"));
    }
}
