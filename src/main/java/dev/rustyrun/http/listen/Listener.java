package dev.rustyrun.http.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Assigns {@link Connections} to each new listener: the management port has its own, all others share one. */
final class Listener extends ChannelInitializer<Channel> {

    private static final class All {
        private static final Config CONFIG = ConfigProvider.getConfig();
        private static final ConnectionLimits LIMITS = ConnectionLimits.of(CONFIG);
        private static final int MANAGEMENT_PORT = CONFIG.getOptionalValue("quarkus.management.port", Integer.class)
                .orElse(9000);
        private static final Connections SERVICE = new Connections(LIMITS, LIMITS.connections(), LIMITS.perPeer());
        private static final Connections MANAGEMENT =
                new Connections(LIMITS, ConnectionLimits.MANAGEMENT, ConnectionLimits.MANAGEMENT);
    }

    @Override
    protected void initChannel(Channel server) {
        server.pipeline().addLast(new ChannelBinding(), new Guarding());
    }

    /** Adds {@link StrictHttp} to each accepted connection. */
    private static final class Guarding extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            ((Channel) accepted).pipeline().addFirst(StrictHttp.Placer.first());
            context.fireChannelRead(accepted);
        }
    }

    /** Waits until the listener is bound, because its port is not known earlier. */
    private static final class ChannelBinding extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            boolean management = context.channel().localAddress() instanceof InetSocketAddress address
                    && address.getPort() == All.MANAGEMENT_PORT;
            context.pipeline().replace(this, null, management ? All.MANAGEMENT : All.SERVICE);
            context.fireChannelActive();
        }
    }
}
