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
 * The connections of one listener, or of several that share a limit. There is always room for one more, as long as there is one
 * on which no complete request is being worked on: the oldest of those goes. So nobody can keep others from connecting by
 * holding connections open. Safe for use by several threads.
 */
@ChannelHandler.Sharable
final class Connections extends ChannelInboundHandlerAdapter {

    private static final String NAME = "rustyrun-connection";
    private static final int SWEEP_SECONDS = 1;
    private static final int[] READ_BYTES = {512, 2_048, 16_384};
    /** Each has a descriptor until it is closed, which its own thread does; beyond so many, new ones wait in the kernel. */
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

    /** One has been accepted. */
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
        // In one read and a turn of the thread: the next connection's comes after that, and not after sixteen of 64 KB.
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(READ_BYTES[0], READ_BYTES[1], READ_BYTES[2])
                        .maxMessagesPerRead(1));
        channel.pipeline().addFirst(NAME, connection);
        sweepLater(context);
        context.fireChannelRead(message);
    }

    /** No descriptor for one more: the kernel keeps it waiting, and somebody has to go. */
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

    /** Closes the one that has waited longest for a request; whether there is one. */
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
     * A closed channel keeps its descriptor until its thread selects the next time, and that thread may close many before. A
     * scheduled task runs after that, even one that is due at once.
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
            // It had to go.
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

    /** Once a second as long as there are any: a timer for each would cost more. */
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
