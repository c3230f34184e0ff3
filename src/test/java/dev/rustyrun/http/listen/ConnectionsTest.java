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
    private final List<EmbeddedChannel> accepted = new ArrayList<>();

    private void accept(int count) {
        for (int i = 0; i < count; i++) {
            EmbeddedChannel connection = new EmbeddedChannel(new Flushing());
            accepted.add(connection);
            listener.pipeline().fireChannelRead(connection);
        }
    }

    /** As Vert.x does with a client that reads nothing: before it closes a connection it sends what waits, which never ends. */
    private static final class Flushing extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            // It waits.
        }
    }

    /** Lets the thread of this connection do what it has to. */
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
    void the_oldest_that_waits_makes_room_even_if_its_client_never_reads() {
        accept(MAX + 1);
        assertFalse(turn(0).isOpen());
        assertEquals(MAX, open());
    }

    @Test
    void no_more_are_accepted_while_many_that_had_to_go_are_still_open() {
        accept(MAX + Connections.MAX_CLOSING);
        assertTrue(listener.config().isAutoRead());
        accept(1);
        assertFalse(listener.config().isAutoRead());
        assertFalse(turn(0).isOpen());
        assertTrue(listener.config().isAutoRead());
    }

    @Test
    void one_that_closes_by_itself_is_not_counted_as_one_that_had_to_go() {
        accept(MAX);
        accepted.get(0).unsafe().closeForcibly();
        accepted.get(0).unsafe().close(accepted.get(0).voidPromise());
        accept(1);
        assertEquals(MAX, open());
    }
}
