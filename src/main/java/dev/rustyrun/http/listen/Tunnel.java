package dev.rustyrun.http.listen;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;

/**
 * Joins a connection that leaves HTTP with another one and forwards bytes in both directions without changes, with
 * backpressure. Stands before the HTTP decoder, which then sees only the end of the connection. Used only by the thread
 * of both channels.
 */
public final class Tunnel extends ChannelInboundHandlerAdapter {

    private static final String INTAKE = "intake";
    private static final String IDLE = "idle";

    private Optional<ChannelHandlerContext> own = Optional.empty();
    private Optional<Tunnel> other = Optional.empty();

    private Tunnel() {}

    /** The channel of a request's connection; a joined channel must use the same event loop. */
    public static Channel channelOf(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel();
    }

    /**
     * Joins the connection of {@code request}, whose HTTP exchange is over, with {@code inner}; sends {@code head}
     * first.
     *
     * @return whether it was joined; false if the client has sent data too early
     */
    public static boolean join(HttpServerRequest request, byte[] head, Channel inner) {
        ChannelPipeline pipeline = channelOf(request).pipeline();
        Intake intake = pipeline.get(Intake.class);
        if (intake == null || intake.isAhead()) {
            return false;
        }
        Tunnel outside = new Tunnel();
        Tunnel inside = new Tunnel();
        outside.other = Optional.of(inside);
        inside.other = Optional.of(outside);
        if (pipeline.get(IDLE) != null) {
            // It would see no traffic any more; the other channel has its own idle handler.
            pipeline.remove(IDLE);
        }
        inner.pipeline().addLast(inside);
        pipeline.addBefore(INTAKE, "tunnel", outside);
        outside.context().writeAndFlush(Unpooled.wrappedBuffer(head));
        pipeline.channel().config().setAutoRead(true);
        return true;
    }

    /** Closes the connection of {@code request} at once, even if its client does not read. */
    public static void cut(HttpServerRequest request) {
        Connection.of(request)
                .ifPresentOrElse(Connection::close, () -> request.connection().close());
    }

    private ChannelHandlerContext context() {
        return own.orElseThrow();
    }

    private ChannelHandlerContext peer() {
        return other.orElseThrow().context();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        own = Optional.of(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        peer().write(message);
        if (!peer().channel().isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        peer().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            peer().channel().config().setAutoRead(true);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        endPeer();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // A web socket cannot be half-closed.
            endPeer();
        } else if (event instanceof IdleStateEvent) {
            context.close();
            peer().close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Closes the peer after its pending data was sent. */
    private void endPeer() {
        peer().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
}
