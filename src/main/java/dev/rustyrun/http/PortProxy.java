package dev.rustyrun.http;

import dev.rustyrun.engine.ContainerPorts;
import dev.rustyrun.engine.service.ServeConfig;
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
 * {@code /v1/containers/{id}/ports/{port}/}: forwards HTTP and web sockets to a port in a container, at its 127.0.0.1
 * or, if that refuses, its ::1. It is a route, not a JAX-RS resource, because bodies and responses are forwarded while
 * they arrive. Each request has its own connection to the container, so that no response can be mistaken for that of
 * another request.
 */
@Singleton
public final class PortProxy {

    /** The path; the rest is the path on the container's server. */
    public static final String PATH = "/v1/containers/:id/ports/:port/*";

    /** The required role: that of running commands in a container. */
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

    /** Creates the socket. No thread blocks while the container is being created. */
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
        // Uses one thread for both connections, so that an exchange needs no locks.
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
                            "port " + exchange.address().port() + " of the container does not accept the connection"));
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
            // The socket was never used, so that a failed close does not matter.
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
                "nothing listens on port " + address.port() + " of the container on 127.0.0.1 or ::1");
    }

    /**
     * Responds with a problem and discards the rest of the request, because some clients read the response only after
     * they have sent everything.
     */
    static void refuse(HttpServerRequest request, Problem problem) {
        if (!request.isEnded()) {
            request.handler(ignored -> {});
            request.resume();
        }
        problem.sendBy(request.response());
    }
}
