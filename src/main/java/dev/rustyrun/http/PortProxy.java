package dev.rustyrun.http;

import dev.rustyrun.engine.ContainerPorts;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.Role;
import dev.rustyrun.http.listen.RequestTracking;
import dev.rustyrun.http.listen.Tunnel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * {@code /v1/containers/{id}/ports/{port}/}: HTTP and web sockets to a port inside a container, of its 127.0.0.1 or else its ::1.
 * It is no resource: neither is a body taken in before it goes on, nor is an answer. Each request has a connection of its own,
 * and so no answer can be taken for that of another request.
 */
@Singleton
public final class PortProxy {

    /** Where it is; what comes after is the container's. */
    public static final String PATH = "/v1/containers/:id/ports/:port/*";

    /** Who may use it: who may run commands in a container may use its ports. */
    public static final Role NEEDED = Role.LAUNCH;

    /** After {@link OpenAnswers}, before {@link Bodies}. */
    private static final int BEFORE_BODIES = -8_500;

    private static final int CONNECT_MILLIS = 10_000;
    private static final byte[] FOUR = {127, 0, 0, 1};
    private static final byte[] SIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final ContainerPorts ports;
    private final PortConnections connections;
    private final Drain drain;
    private final PortExchange.Limits limits;

    PortProxy(
            ContainerPorts ports,
            PortConnections connections,
            Drain drain,
            ServeConfig config,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size")
                    io.quarkus.runtime.configuration.MemorySize most) {
        this.ports = ports;
        this.connections = connections;
        this.drain = drain;
        this.limits = new PortExchange.Limits(most.asLongValue(), config.bodySeconds(), config.portSeconds());
    }

    void register(@Observes Router router) {
        router.route(PATH).order(BEFORE_BODIES).handler(this::handle);
        router.route(PATH.replace("/*", "")).order(BEFORE_BODIES).handler(this::handle);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        request.pause();
        RequestTracking.complete(context);
        Runnable leave;
        PortAddress address;
        try {
            Identity caller = Identity.of(context);
            caller.objection(NEEDED).ifPresent(problem -> {
                throw problem.exception();
            });
            address = PortAddress.of(
                    request, context.normalizedPath(), context.pathParam("id"), context.pathParam("port"));
            leave = connections.enter(caller.name());
        } catch (ProblemException e) {
            refuse(request, e.problem());
            return;
        }
        if (request.response().closed()) {
            leave.run();
            return;
        }
        open(new PortExchange(context, address, limits, drain, leave), StandardProtocolFamily.INET, System.nanoTime());
    }

    /** Makes the socket; no thread waits until the container is made. */
    private void open(PortExchange exchange, StandardProtocolFamily family, long began) {
        if (exchange.isOver()) {
            return;
        }
        exchange.opening();
        boolean last = System.nanoTime() - began > ContainerPorts.MADE_SECONDS * 1_000_000_000L;
        Vertx vertx = exchange.context().vertx();
        vertx.executeBlocking(() -> ports.socket(exchange.address().id(), family, last), false)
                .onComplete(made -> {
                    boolean wanted = exchange.opened();
                    if (made.succeeded() && !wanted) {
                        made.result().ifPresent(PortProxy::close);
                    } else if (made.succeeded() && made.result().isEmpty()) {
                        vertx.setTimer(ContainerPorts.AGAIN_MILLIS, again -> open(exchange, family, began));
                    } else if (made.succeeded()) {
                        connect(exchange, new NioSocketChannel(made.result().get()), family, began);
                    } else if (made.cause() instanceof UnsupportedOperationException) {
                        exchange.fail(refused(exchange.address()));
                    } else {
                        exchange.fail(Problems.of(made.cause()));
                    }
                });
    }

    private void connect(PortExchange exchange, NioSocketChannel channel, StandardProtocolFamily family, long began) {
        channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        Channel client = Tunnel.channelOf(exchange.context().request());
        // One thread for both, so that nothing of an exchange is ever done by two.
        client.eventLoop().register(channel).addListener(registered -> {
            if (!registered.isSuccess() || exchange.isOver()) {
                channel.close();
                if (!registered.isSuccess()) {
                    exchange.fail(Problems.of(registered.cause()));
                }
                return;
            }
            exchange.connecting(channel);
            boolean four = family == StandardProtocolFamily.INET;
            InetSocketAddress to =
                    new InetSocketAddress(loopback(four), exchange.address().port());
            channel.connect(to).addListener((ChannelFuture connected) -> {
                if (connected.isSuccess()) {
                    exchange.begin(channel);
                    return;
                }
                channel.close();
                if (exchange.isOver()) {
                    return;
                }
                if (connected.cause() instanceof ConnectTimeoutException) {
                    exchange.fail(Problem.of(
                            504,
                            "port-timeout",
                            "port " + exchange.address().port() + " of the container accepts no connection"));
                } else if (four) {
                    open(exchange, StandardProtocolFamily.INET6, began);
                } else {
                    exchange.fail(refused(exchange.address()));
                }
            });
        });
    }

    private static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    private static InetAddress loopback(boolean four) {
        try {
            return InetAddress.getByAddress(four ? FOUR : SIX);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem refused(PortAddress address) {
        return Problem.of(
                502,
                "port-refused",
                "nothing listens at port " + address.port() + " of the container, at 127.0.0.1 or ::1");
    }

    /** Answers with a problem, and reads what still comes, for whoever sends first may not see an answer before. */
    static void refuse(HttpServerRequest request, Problem problem) {
        if (!request.isEnded()) {
            request.handler(ignored -> {});
            request.resume();
        }
        problem.sendBy(request.response());
    }
}
