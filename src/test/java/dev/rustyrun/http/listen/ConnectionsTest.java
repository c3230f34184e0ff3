package dev.rustyrun.http.listen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which connections go when there are too many, without a network. */
class ConnectionsTest {

    private static final int MAX = 4;

    private final Connections connections = new Connections(new ConnectionLimits(MAX, MAX, 10, 60, 120), MAX, MAX);
    private final EmbeddedChannel listener = new EmbeddedChannel(connections);
    private final List<SlowClose> accepted = new ArrayList<>();

    private void accept(int count) {
        for (int i = 0; i < count; i++) {
            SlowClose connection = new SlowClose();
            accepted.add(connection);
            listener.pipeline().fireChannelRead(new EmbeddedChannel(connection));
        }
    }

    /** A connection whose thread has not come to closing it. */
    private static final class SlowClose extends ChannelOutboundHandlerAdapter {
        private ChannelHandlerContext context;
        private boolean asked;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        void closeNow() {
            context.close();
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            asked = true;
        }
    }

    private long askedToClose() {
        return accepted.stream().filter(each -> each.asked).count();
    }

    @Test
    void the_oldest_that_waits_makes_room() {
        accept(MAX + 1);
        assertEquals(1, askedToClose());
        assertTrue(accepted.get(0).asked);
    }

    @Test
    void no_more_are_accepted_while_many_that_had_to_go_are_still_open() {
        accept(MAX + Connections.MAX_CLOSING);
        assertTrue(listener.config().isAutoRead());
        accept(1);
        assertFalse(listener.config().isAutoRead());
        accepted.get(0).closeNow();
        assertTrue(listener.config().isAutoRead());
    }

    @Test
    void one_that_closes_by_itself_is_not_counted_as_one_that_had_to_go() {
        accept(MAX);
        accepted.get(0).closeNow();
        accept(1);
        assertEquals(0, askedToClose());
    }
}
