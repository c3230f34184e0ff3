package dev.rustyrun.cgroup.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A message; D-Bus Specification, "Message Format".
 *
 * @param kind one of the constants below
 * @param serial serial number from the sender, never 0
 * @param fields header fields by code: those that are strings, and {@link #REPLY_SERIAL} as a {@link Long}
 * @param values values of the body, as {@link Variant} represents them
 */
record Message(int kind, int serial, Map<Integer, Object> fields, List<Object> values) {

    static final int METHOD_CALL = 1;
    static final int METHOD_RETURN = 2;
    static final int ERROR = 3;
    static final int SIGNAL = 4;

    static final int PATH = 1;
    static final int INTERFACE = 2;
    static final int MEMBER = 3;
    static final int ERROR_NAME = 4;
    static final int REPLY_SERIAL = 5;
    static final int DESTINATION = 6;
    static final int SENDER = 7;
    static final int SIGNATURE = 8;

    /** The size of the fixed start of every message, including the length of the header fields. */
    static final int START = 16;

    /** Much larger than all answers of systemd that are used here; the specification allows 128 MiB. */
    static final int MAX_BYTES = 1024 * 1024;

    private static final byte PROTOCOL = 1;
    private static final Map<Integer, String> TYPES = Map.of(
            PATH,
            "o",
            INTERFACE,
            "s",
            MEMBER,
            "s",
            ERROR_NAME,
            "s",
            REPLY_SERIAL,
            "u",
            DESTINATION,
            "s",
            SENDER,
            "s",
            SIGNATURE,
            "g");

    /** Encodes a message whose body has these types. */
    static byte[] encode(Message message, String signature) {
        MessageWriter body = new MessageWriter();
        body.all(Signature.split(signature), message.values());
        Map<Integer, Object> fields = new TreeMap<>(message.fields());
        if (!signature.isEmpty()) {
            fields.put(SIGNATURE, signature);
        }
        List<Object> structs = new ArrayList<>();
        fields.forEach((code, value) -> structs.add(List.of((long) code, new Variant(TYPES.get(code), value))));
        MessageWriter all = new MessageWriter();
        all.all(
                List.of("y", "y", "y", "y", "u", "u", "a(yv)"),
                List.of(
                        (long) 'l',
                        (long) message.kind(),
                        0L,
                        (long) PROTOCOL,
                        (long) body.size(),
                        (long) message.serial(),
                        structs));
        all.align(8);
        byte[] head = all.bytes();
        return ByteBuffer.allocate(head.length + body.size())
                .put(head)
                .put(body.bytes())
                .array();
    }

    /**
     * The size in bytes of the message that begins with {@code start}.
     *
     * @throws SystemdException when {@code start} is invalid, or the message is too large
     */
    static int size(byte[] start) {
        ByteBuffer head = ByteBuffer.wrap(start).order(order(start));
        if (start[3] != PROTOCOL) {
            throw new SystemdException("a message of protocol " + start[3]);
        }
        long fields = Integer.toUnsignedLong(head.getInt(12));
        long size = START + (fields + 7) / 8 * 8 + Integer.toUnsignedLong(head.getInt(4));
        if (size > MAX_BYTES) {
            throw new SystemdException("a message of " + size + " bytes");
        }
        return (int) size;
    }

    /**
     * Decodes {@code bytes}, whose number is {@link #size}.
     *
     * @throws SystemdException when it is not a valid message
     */
    static Message decode(byte[] bytes) {
        ByteOrder order = order(bytes);
        ByteBuffer head = ByteBuffer.wrap(bytes).order(order);
        int body = bytes.length - head.getInt(4);
        if (size(bytes) != bytes.length || body < START) {
            throw new SystemdException("a message of another size than it says");
        }
        Map<Integer, Object> fields = new TreeMap<>();
        for (Object field : list(new MessageReader(bytes, START - 4, body, order)
                .all(List.of("a(yv)"))
                .get(0))) {
            int code = (int) (long) (Long) list(field).get(0);
            Variant value = (Variant) list(field).get(1);
            if (value.type().equals(TYPES.get(code))) {
                fields.put(code, value.value());
            }
        }
        List<String> types = Signature.split((String) fields.getOrDefault(SIGNATURE, ""));
        List<Object> values = new MessageReader(bytes, body, bytes.length, order).all(types);
        return new Message(bytes[1], head.getInt(8), fields, values);
    }

    private static ByteOrder order(byte[] bytes) {
        return switch (bytes[0]) {
            case 'l' -> ByteOrder.LITTLE_ENDIAN;
            case 'B' -> ByteOrder.BIG_ENDIAN;
            default -> throw new SystemdException("an invalid message");
        };
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    /** The header field {@code code} if it is a string; empty otherwise. */
    String text(int code) {
        return fields.get(code) instanceof String text ? text : "";
    }

    /** Whether this is the answer to the call with this serial number. */
    boolean answers(int call) {
        return (kind == METHOD_RETURN || kind == ERROR)
                && fields.get(REPLY_SERIAL) instanceof Long serial
                && serial.intValue() == call;
    }

    /** The value at {@code index} of the body if it is a string; empty otherwise. */
    String textAt(int index) {
        return index < values.size() && values.get(index) instanceof String text ? text : "";
    }
}
