package dev.rustyrun.http.listen;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The connections of one listener, or of several that share a limit. When the limit is reached, the connection that has
 * waited longest without a complete request is closed in favor of a new one. So nobody can block others by holding
 * connections open. Thread-safe.
 */
@ChannelHandler.Sharable
final class Connections extends ChannelInboundHandlerAdapter {

    private static final String NAME = "rustyrun-connection";
    private static final int SWEEP_SECONDS = 1;
    private static final int[] READ_BYTES = {512, 2_048, 16_384};
    /**
     * A closed connection keeps its descriptor until its own thread has closed it. If more than this number are
     * closing, new connections wait in the kernel.
     */
    static final int MAX_CLOSING = 16;

    private final ConnectionLimits limits;
    private final int max;
    private final int maxPerPeer;
    private final Set<Connection> open = new LinkedHashSet<>();
    private final Set<Channel> paused = new HashSet<>();
    private int closing;
    private boolean swept;

    Connections(ConnectionLimits limits, int max, int maxPerPeer) {
        this.limits = limits;
        this.max = max;
        this.maxPerPeer = maxPerPeer;
    }

    /** A connection was accepted. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel channel = (Channel) message;
        Connection connection = new Connection(channel, peerOf(channel), limits);
        if (!admit(connection)) {
            channel.unsafe().closeForcibly();
            return;
        }
        channel.closeFuture().addListener(closed -> removeOnceItsDescriptorIsFree(connection, channel));
        pauseWhileMuchCloses(context.channel());
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // One small read per turn, so that connections of a thread take turns more often than with the default of
        // sixteen reads of 64 KB.
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(READ_BYTES[0], READ_BYTES[1], READ_BYTES[2])
                        .maxMessagesPerRead(1));
        channel.pipeline().addFirst(NAME, connection);
        sweepLater(context);
        context.fireChannelRead(message);
    }

    /** No descriptor is left for a new connection, which waits in the kernel: close another one. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        evict(each -> true);
        context.fireExceptionCaught(cause);
    }

    private static String peerOf(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "";
    }

    private synchronized boolean admit(Connection connection) {
        boolean room = countOf(connection.peer()) < maxPerPeer
                || evict(each -> each.peer().equals(connection.peer()));
        room = room && (open.size() < max || evict(each -> true));
        return room && open.add(connection);
    }

    private long countOf(String peer) {
        return open.size() < maxPerPeer
                ? 0
                : open.stream().filter(each -> each.peer().equals(peer)).count();
    }

    /** Closes the connection that has waited longest for a request; returns whether there was one. */
    private synchronized boolean evict(Predicate<Connection> which) {
        Optional<Connection> oldest = open.stream()
                .filter(which)
                .filter(Connection::isWaiting)
                .min(Comparator.comparingLong(Connection::since));
        oldest.ifPresent(each -> {
            open.remove(each);
            closing++;
            each.close();
        });
        return oldest.isPresent();
    }

    /**
     * A closed channel keeps its descriptor until its thread next selects, and before that the thread may close many
     * more. A scheduled task runs after the select, even with a delay of 0.
     */
    private void removeOnceItsDescriptorIsFree(Connection connection, Channel channel) {
        if (channel.eventLoop().isShuttingDown()) {
            remove(connection);
        } else {
            channel.eventLoop().schedule(() -> remove(connection), 0, TimeUnit.NANOSECONDS);
        }
    }

    private synchronized void remove(Connection connection) {
        if (!open.remove(connection)) {
            // It was evicted.
            closing--;
        }
        if (closing <= MAX_CLOSING && !paused.isEmpty()) {
            paused.forEach(listener -> listener.config().setAutoRead(true));
            paused.clear();
        }
    }

    private synchronized void pauseWhileMuchCloses(Channel listener) {
        if (closing > MAX_CLOSING && paused.add(listener)) {
            listener.config().setAutoRead(false);
        }
    }

    private synchronized void sweepLater(ChannelHandlerContext context) {
        if (!swept) {
            swept = true;
            context.executor().schedule(() -> sweep(context), SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Runs once a second while connections exist; a timer per connection would cost more. */
    private void sweep(ChannelHandlerContext context) {
        synchronized (this) {
            swept = false;
            long now = System.nanoTime();
            open.forEach(each -> each.check(now));
            if (open.isEmpty()) {
                return;
            }
        }
        sweepLater(context);
    }
}
