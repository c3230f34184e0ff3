package dev.rustyrun.cgroup.systemd;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Decodes the values of a received message, which is untrusted; D-Bus Specification, "Marshaling". */
final class MessageReader {

    /** The maximum nesting depth of values, including variants. */
    private static final int MAX_DEPTH = 64;

    private final ByteBuffer bytes;

    MessageReader(byte[] message, int from, int to, ByteOrder order) {
        bytes = ByteBuffer.wrap(message).order(order).limit(to).position(from);
    }

    /**
     * Reads one value for each type.
     *
     * @throws SystemdException when the message does not contain them
     */
    List<Object> all(List<String> types) {
        try {
            List<Object> values = new ArrayList<>();
            for (String type : types) {
                values.add(take(type, 0));
            }
            return values;
        } catch (BufferUnderflowException e) {
            throw new SystemdException("a message that ends too soon");
        }
    }

    void align(int boundary) {
        while (bytes.position() % boundary != 0) {
            if (bytes.get() != 0) {
                throw new SystemdException("a message with something between its values");
            }
        }
    }

    private Object take(String type, int depth) {
        if (depth > MAX_DEPTH) {
            throw new SystemdException("a message with too many values in each other");
        }
        char letter = type.charAt(0);
        align(Signature.alignment(letter));
        return switch (letter) {
            case 'y' -> (long) Byte.toUnsignedInt(bytes.get());
            case 'b' -> bytes.getInt() != 0;
            case 'n' -> (long) bytes.getShort();
            case 'q' -> (long) Short.toUnsignedInt(bytes.getShort());
            case 'i' -> (long) bytes.getInt();
            case 'u', 'h' -> Integer.toUnsignedLong(bytes.getInt());
            case 'x', 't' -> bytes.getLong();
            case 'd' -> bytes.getDouble();
            case 's', 'o' -> text(Integer.toUnsignedLong(bytes.getInt()));
            case 'g' -> text(Byte.toUnsignedInt(bytes.get()));
            case 'v' -> variant(depth);
            case 'a' -> array(type.substring(1), depth);
            case '(', '{' -> struct(Signature.split(type.substring(1, type.length() - 1)), depth);
            default -> throw new SystemdException("a value of the unknown type " + letter);
        };
    }

    private Variant variant(int depth) {
        List<String> types = Signature.split(text(Byte.toUnsignedInt(bytes.get())));
        if (types.size() != 1) {
            throw new SystemdException("a variant with " + types.size() + " values");
        }
        return new Variant(types.get(0), take(types.get(0), depth + 1));
    }

    private List<Object> array(String type, int depth) {
        long length = Integer.toUnsignedLong(bytes.getInt());
        align(Signature.alignment(type.charAt(0)));
        if (length > bytes.remaining()) {
            throw new SystemdException("an array that is longer than its message");
        }
        int end = bytes.position() + (int) length;
        List<Object> values = new ArrayList<>();
        while (bytes.position() < end) {
            values.add(take(type, depth + 1));
        }
        if (bytes.position() != end) {
            throw new SystemdException("an array with a part of a value");
        }
        return values;
    }

    private List<Object> struct(List<String> types, int depth) {
        List<Object> values = new ArrayList<>();
        for (String type : types) {
            values.add(take(type, depth + 1));
        }
        return values;
    }

    private String text(long length) {
        if (length >= bytes.remaining()) {
            throw new SystemdException("a text that is longer than its message");
        }
        byte[] text = new byte[(int) length];
        bytes.get(text);
        if (bytes.get() != 0) {
            throw new SystemdException("a text without an end");
        }
        return new String(text, StandardCharsets.UTF_8);
    }
}
