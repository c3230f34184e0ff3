package dev.rustyrun.http.listen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The choice of connections to close when there are too many; needs no network. */
class ConnectionsTest {

    private static final int MAX = 4;

    private final Connections connections = new Connections(new ConnectionLimits(MAX, MAX, 10, 60, 120), MAX, MAX);
    private final EmbeddedChannel listener = new EmbeddedChannel(connections);
    private final List<EmbeddedChannel> accepted = new ArrayList<>();

    private void accept(int count) {
        for (int i = 0; i < count; i++) {
            EmbeddedChannel connection = new EmbeddedChannel(new Flushing());
            accepted.add(connection);
            listener.pipeline().fireChannelRead(connection);
        }
    }

    /**
     * Delays closing forever, as Vert.x does for a client that reads nothing: it first sends the data that is queued.
     */
    private static final class Flushing extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            // Does not close.
        }
    }

    /** Runs the pending tasks of this connection's event loop. */
    private EmbeddedChannel turn(int index) {
        accepted.get(index).runPendingTasks();
        return accepted.get(index);
    }

    private long open() {
        for (int i = 0; i < accepted.size(); i++) {
            turn(i);
        }
        return accepted.stream().filter(EmbeddedChannel::isOpen).count();
    }

    @Test
    void the_oldest_waiter_is_evicted_even_if_its_client_never_reads() {
        accept(MAX + 1);
        assertFalse(turn(0).isOpen());
        assertEquals(MAX, open());
    }

    @Test
    void no_connection_is_accepted_while_many_evicted_ones_are_still_open() {
        accept(MAX + Connections.MAX_CLOSING);
        assertTrue(listener.config().isAutoRead());
        accept(1);
        assertFalse(listener.config().isAutoRead());
        assertFalse(turn(0).isOpen());
        assertTrue(listener.config().isAutoRead());
    }

    @Test
    void closed_connections_count_until_their_descriptors_are_free() throws Exception {
        NioEventLoopGroup threads = new NioEventLoopGroup(1);
        // With this ratio, the event loop runs all queued tasks in one turn, however long it takes.
        threads.setIoRatio(100);
        try {
            CountDownLatch queued = new CountDownLatch(1);
            List<NioSocketChannel> sockets = new ArrayList<>();
            for (int i = 0; i < MAX + Connections.MAX_CLOSING + 1; i++) {
                sockets.add(new NioSocketChannel());
                threads.register(sockets.get(i)).sync();
            }
            threads.submit(() -> {
                queued.await();
                return null;
            });
            sockets.forEach(socket -> listener.pipeline().fireChannelRead(socket));
            assertFalse(listener.config().isAutoRead());
            Future<Boolean> accepting = threads.submit(() -> listener.config().isAutoRead());
            queued.countDown();
            assertFalse(accepting.get());
            assertFalse(sockets.get(Connections.MAX_CLOSING).isOpen());
            CountDownLatch later = new CountDownLatch(1);
            threads.next().schedule(later::countDown, 1, TimeUnit.MILLISECONDS);
            later.await();
            assertTrue(listener.config().isAutoRead());
        } finally {
            threads.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void a_connection_that_closes_by_itself_is_not_counted_as_evicted() {
        accept(MAX);
        accepted.get(0).unsafe().closeForcibly();
        accepted.get(0).unsafe().close(accepted.get(0).voidPromise());
        accept(1);
        assertEquals(MAX, open());
    }
}
