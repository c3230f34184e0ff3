package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteMessageTest {

    private static final int PERMANENT = 0x80;
    private static final int LINK_SCOPE = 253;
    private static final byte[] LOCAL = {8, 0, 2, 0, 10, 0, 0, 1};
    private static final byte[] LABEL = {9, 0, 3, 0, 'e', 't', 'h', '0', 0, 0, 0, 0};

    /** A netlink answer with one address, and a label that must be ignored. */
    private static byte[] answer(int index, int flags, int scope) {
        return ByteBuffer.allocate(24 + LABEL.length + LOCAL.length)
                .order(ByteOrder.nativeOrder())
                .putInt(24 + LABEL.length + LOCAL.length)
                .putShort((short) 20)
                .putShort((short) 2)
                .putInt(1)
                .putInt(0)
                .put((byte) 2)
                .put((byte) 24)
                .put((byte) flags)
                .put((byte) scope)
                .putInt(index)
                .put(LABEL)
                .put(LOCAL)
                .array();
    }

    @Test
    void only_permanent_addresses_of_the_device_that_are_known_beyond_its_link_are_kept() {
        List<RouteMessage.Address> found = RouteMessage.addresses(7, answer(7, PERMANENT, 0));
        assertEquals(1, found.size());
        assertEquals("2/24", found.get(0).family() + "/" + found.get(0).prefix());
        assertArrayEquals(LOCAL, found.get(0).attributes());
        assertEquals(List.of(), RouteMessage.addresses(8, answer(7, PERMANENT, 0)), "another device's");
        assertEquals(List.of(), RouteMessage.addresses(7, answer(7, 0, 0)), "one from a router");
        assertEquals(List.of(), RouteMessage.addresses(7, answer(7, PERMANENT, LINK_SCOPE)), "the link's own");
        assertEquals(List.of(), RouteMessage.addresses(7, new byte[3]));
    }

    @Test
    void an_answer_ends_with_done_or_with_an_errno() {
        ByteBuffer error = ByteBuffer.allocate(36)
                .order(ByteOrder.nativeOrder())
                .putInt(36)
                .putShort((short) 2);
        error.putInt(16, -Errno.EEXIST);
        assertEquals(Errno.EEXIST, RouteMessage.errno(error.array()));
        assertTrue(RouteMessage.isEnd(error.array()));
        byte[] done = ByteBuffer.allocate(20)
                .order(ByteOrder.nativeOrder())
                .putInt(20)
                .putShort((short) 3)
                .array();
        assertTrue(RouteMessage.isEnd(done));
        assertEquals(0, RouteMessage.errno(done));
        assertFalse(RouteMessage.isEnd(answer(1, 0, 0)));
    }

    @Test
    void a_message_says_its_own_length_and_the_devices_name() {
        byte[] move = RouteMessage.move(3, 9, "eth0");
        ByteBuffer b = ByteBuffer.wrap(move).order(ByteOrder.nativeOrder());
        assertEquals(16 + 16 + 8 + 9, b.getInt(0));
        assertEquals(16 + 16 + 8 + 12, move.length, "aligned");
        assertEquals(3, b.getInt(20));
        assertEquals(9, b.getInt(36));
        assertEquals("eth0", new String(move, 44, 4, StandardCharsets.UTF_8));
    }
}
