package dev.rustyrun.cgroup.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Encodes values, little-endian; D-Bus Specification, "Marshaling". */
final class MessageWriter {

    private static final int FIRST_SIZE = 512;

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_SIZE).order(ByteOrder.LITTLE_ENDIAN);

    byte[] bytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    int size() {
        return bytes.position();
    }

    /** Pads with zeros to a multiple of {@code boundary}. */
    void align(int boundary) {
        while (bytes.position() % boundary != 0) {
            room(1).put((byte) 0);
        }
    }

    /** Appends a value of this type, as {@link Variant} represents it. */
    void put(String type, Object value) {
        char letter = type.charAt(0);
        align(Signature.alignment(letter));
        switch (letter) {
            case 'y' -> room(1).put(((Long) value).byteValue());
            case 'b' -> room(4).putInt((Boolean) value ? 1 : 0);
            case 'n', 'q' -> room(2).putShort(((Long) value).shortValue());
            case 'i', 'u' -> room(4).putInt(((Long) value).intValue());
            case 'x', 't' -> room(8).putLong((Long) value);
            case 'd' -> room(8).putDouble((Double) value);
            case 's', 'o' -> text((String) value);
            case 'g' -> signature((String) value);
            case 'v' -> {
                Variant variant = (Variant) value;
                signature(variant.type());
                put(variant.type(), variant.value());
            }
            case 'a' -> array(type.substring(1), (List<?>) value);
            case '(', '{' -> all(Signature.split(type.substring(1, type.length() - 1)), (List<?>) value);
            default -> throw new IllegalArgumentException(type);
        }
    }

    /** Appends one value for each type. */
    void all(List<String> types, List<?> values) {
        if (types.size() != values.size()) {
            throw new IllegalArgumentException(types + " for " + values.size() + " values");
        }
        for (int i = 0; i < types.size(); i++) {
            put(types.get(i), values.get(i));
        }
    }

    private void array(String type, List<?> values) {
        int at = bytes.position();
        room(4).putInt(0);
        align(Signature.alignment(type.charAt(0)));
        int start = bytes.position();
        for (Object value : values) {
            put(type, value);
        }
        bytes.putInt(at, bytes.position() - start);
    }

    private void text(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        room(5 + text.length).putInt(text.length).put(text).put((byte) 0);
    }

    private void signature(String value) {
        byte[] text = value.getBytes(StandardCharsets.US_ASCII);
        room(2 + text.length).put((byte) text.length).put(text).put((byte) 0);
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), 2 * (bytes.position() + count)))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(bytes.position());
        }
        return bytes;
    }
}
