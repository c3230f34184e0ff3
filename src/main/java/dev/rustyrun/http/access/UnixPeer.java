package dev.rustyrun.http.access;

import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** The user at the other end of a unix socket, from the kernel: unix(7), SO_PEERCRED. */
final class UnixPeer {

    private static final String UNKNOWN = "unknown";

    private UnixPeer() {}

    /** The user's name, or the id if there is no name. */
    static String of(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            UnixDomainPrincipal peer =
                    connection.channel().config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            return peer == null ? UNKNOWN : peer.user().getName();
        }
        return UNKNOWN;
    }
}
