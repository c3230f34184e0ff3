package dev.rustyrun.cgroup.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoding and decoding of D-Bus messages. */
class MessageTest {

    private static final String SIGNATURE = "ybnqiuxtdsogasa(sv)a{sv}(us)v";

    private static final List<Object> VALUES = List.of(
            255L,
            true,
            -2L,
            65535L,
            -3L,
            4294967295L,
            -4L,
            -1L,
            0.5,
            "text é",
            "/a/b",
            "a(sv)",
            List.of("a", ""),
            List.of(List.of("n", Variant.number(7)), List.of("m", Variant.flag(false))),
            List.of(List.of("k", Variant.bytes(List.of(1L, 255L)))),
            List.of(9L, "s"),
            new Variant("v", Variant.text("x")));

    private static byte[] call(String signature, Object... values) {
        return Message.encode(
                new Message(
                        Message.METHOD_CALL,
                        7,
                        Map.of(Message.PATH, "/o", Message.MEMBER, "M", Message.REPLY_SERIAL, 5L),
                        List.of(values)),
                signature);
    }

    @Test
    void every_type_is_received_as_it_was_sent() {
        byte[] bytes = call(SIGNATURE, VALUES.toArray());
        assertEquals(bytes.length, Message.size(bytes));
        Message read = Message.decode(bytes);
        assertEquals(VALUES, read.values());
        assertEquals("/o", read.text(Message.PATH));
        assertEquals(7, read.serial());
        assertEquals(SIGNATURE, read.text(Message.SIGNATURE));
    }

    /** The bytes that sd-bus sends for {@code Hello}. */
    @Test
    void a_call_has_the_bytes_that_the_specification_wants() {
        byte[] hello = Message.encode(
                new Message(
                        Message.METHOD_CALL,
                        1,
                        Map.of(
                                Message.PATH, "/org/freedesktop/DBus",
                                Message.MEMBER, "Hello",
                                Message.INTERFACE, "org.freedesktop.DBus",
                                Message.DESTINATION, "org.freedesktop.DBus"),
                        List.of()),
                "");
        assertEquals(
                "6c01000100000000010000006d000000"
                        + "01016f00150000002f6f72672f667265656465736b746f702f44427573000000"
                        + "02017300140000006f72672e667265656465736b746f702e4442757300000000"
                        + "030173000500000048656c6c6f000000"
                        + "06017300140000006f72672e667265656465736b746f702e4442757300000000",
                HexFormat.of().formatHex(hello));
    }

    @Test
    void the_other_byte_order_is_read_too() {
        ByteBuffer big = ByteBuffer.allocate(48).order(ByteOrder.BIG_ENDIAN);
        big.put((byte) 'B').put((byte) Message.METHOD_RETURN).put((byte) 1).put((byte) 1);
        big.putInt(4).putInt(3).putInt(15);
        big.put((byte) 5).put((byte) 1).put((byte) 'u').put((byte) 0).putInt(9);
        big.put((byte) 8)
                .put((byte) 1)
                .put((byte) 'g')
                .put((byte) 0)
                .put((byte) 1)
                .put((byte) 'u');
        big.position(32).putInt(77);
        Message read = Message.decode(Arrays.copyOf(big.array(), 36));
        assertTrue(read.answers(9));
        assertEquals(List.of(77L), read.values());
    }

    @Test
    void a_message_cut_anywhere_is_refused_in_words() {
        byte[] bytes = call(SIGNATURE, VALUES.toArray());
        for (int length = Message.START; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(SystemdException.class, () -> Message.decode(cut));
        }
    }

    @Test
    void damaged_messages_are_refused_or_read_and_nothing_else_happens() {
        byte[] bytes = call(SIGNATURE, VALUES.toArray());
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = bytes.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Message.decode(damaged);
            } catch (SystemdException expected) {
                assertTrue(expected.getMessage().length() < 400, expected.getMessage());
            }
        }
    }

    @Test
    void a_message_that_says_that_it_is_huge_is_refused_before_it_is_read() {
        byte[] bytes = call("s", "x");
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -1);
        assertTrue(assertThrows(SystemdException.class, () -> Message.size(bytes))
                .getMessage()
                .contains("bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "()", "a", "a(", "(s", "z", "{", "s)", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaas"})
    void an_invalid_signature_is_refused(String signature) {
        assertThrows(SystemdException.class, () -> Signature.split(signature));
    }
}
