package dev.rustyrun.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A protocol buffers message: its fields by number, encoded as protobuf.dev describes. Supports numbers, texts and
 * messages only.
 */
final class ProtobufMessage {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;

    /** Values are {@link Long} or byte arrays; the latter hold a text or a message. */
    private final Map<Integer, List<Object>> fields = new TreeMap<>();

    /**
     * Makes a message.
     *
     * @param numbersAndValues field numbers and values alternately; a value is a number, a boolean, a text, a
     *     message or a list of these
     */
    static ProtobufMessage of(Object... numbersAndValues) {
        ProtobufMessage message = new ProtobufMessage();
        for (int i = 0; i < numbersAndValues.length; i += 2) {
            message.add((Integer) numbersAndValues[i], numbersAndValues[i + 1]);
        }
        return message;
    }

    private void add(int number, Object value) {
        if (value instanceof List<?> several) {
            several.forEach(one -> add(number, one));
        } else if (value instanceof ProtobufMessage message) {
            add(number, message.encode());
        } else if (value instanceof String text) {
            add(number, text.getBytes(StandardCharsets.UTF_8));
        } else {
            Object plain =
                    value instanceof Boolean yes ? (yes ? 1L : 0L) : value instanceof Integer n ? n.longValue() : value;
            fields.computeIfAbsent(number, none -> new ArrayList<>()).add(plain);
        }
    }

    static ProtobufMessage decode(byte[] bytes) {
        ProtobufMessage message = new ProtobufMessage();
        int[] at = {0};
        while (at[0] < bytes.length) {
            long tag = readVarint(bytes, at);
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case VARINT -> message.add(number, readVarint(bytes, at));
                case FIXED_64 -> at[0] += Long.BYTES;
                case LENGTH -> {
                    int length = (int) readVarint(bytes, at);
                    message.add(number, java.util.Arrays.copyOfRange(bytes, at[0], at[0] + length));
                    at[0] += length;
                }
                default -> throw new IllegalArgumentException("wire type " + (tag & 7) + " of field " + number);
            }
        }
        return message;
    }

    private static long readVarint(byte[] bytes, int[] at) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at[0]++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields.forEach((number, values) -> values.forEach(value -> {
            if (value instanceof Long plain) {
                writeVarint(out, (long) number << 3 | VARINT);
                writeVarint(out, plain);
            } else {
                byte[] bytes = (byte[]) value;
                writeVarint(out, (long) number << 3 | LENGTH);
                writeVarint(out, bytes.length);
                out.writeBytes(bytes);
            }
        }));
        return out.toByteArray();
    }

    private static void writeVarint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    /** The number in a field; 0 if it is missing. */
    long number(int field) {
        return fields.containsKey(field) ? (Long) fields.get(field).get(0) : 0;
    }

    /** The text in a field; empty if it is missing. */
    String text(int field) {
        return fields.containsKey(field) ? new String((byte[]) fields.get(field).get(0), StandardCharsets.UTF_8) : "";
    }

    /** The message in a field; empty if it is missing. */
    ProtobufMessage message(int field) {
        return fields.containsKey(field) ? decode((byte[]) fields.get(field).get(0)) : new ProtobufMessage();
    }
}
