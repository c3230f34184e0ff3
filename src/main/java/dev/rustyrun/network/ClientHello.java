package dev.rustyrun.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Parses the first TLS record of a client for the requested server name (SNI); RFC 8446 section 4.1.2, RFC 6066 section
 * 3.
 */
final class ClientHello {

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int HEADER = 5;
    private static final int MAX_RECORD = 16 * 1024;

    /** The maximum number of bytes that can be needed. */
    static final int MAX_BYTES = HEADER + MAX_RECORD;

    private ClientHello() {}

    /**
     * How many bytes from the start of a connection are needed to parse it: at most one TLS record.
     *
     * @param count how many bytes have been received
     */
    static int needed(byte[] bytes, int count) throws EgressRequest.Refused {
        if (count > 0 && bytes[0] != HANDSHAKE) {
            return count;
        }
        if (count < HEADER) {
            return HEADER;
        }
        int length = (bytes[3] & 0xff) << 8 | bytes[4] & 0xff;
        if (length > MAX_RECORD) {
            throw new EgressRequest.Refused("a record of TLS is too long");
        }
        return HEADER + length;
    }

    /**
     * The requested server name; empty when the client sends none, or does not use TLS.
     *
     * @param count how many bytes have been received, at least as many as {@link #needed}
     * @throws EgressRequest.Refused when the record is incomplete or invalid, because an unreadable name cannot be
     *        checked
     */
    static Optional<String> serverName(byte[] bytes, int count) throws EgressRequest.Refused {
        if (count == 0 || bytes[0] != HANDSHAKE) {
            return Optional.empty();
        }
        try {
            ByteBuffer hello = ByteBuffer.wrap(bytes, HEADER, count - HEADER).slice();
            if (hello.get() != CLIENT_HELLO) {
                throw new EgressRequest.Refused("TLS does not begin with a ClientHello");
            }
            hello = part(hello, number(hello, 3));
            hello.position(2 + 32);
            part(hello, number(hello, 1));
            part(hello, number(hello, 2));
            part(hello, number(hello, 1));
            ByteBuffer extensions = hello.hasRemaining() ? part(hello, number(hello, 2)) : hello;
            Optional<String> name = Optional.empty();
            while (extensions.hasRemaining()) {
                int type = number(extensions, 2);
                ByteBuffer extension = part(extensions, number(extensions, 2));
                if (type == SERVER_NAME) {
                    if (name.isPresent()) {
                        throw new EgressRequest.Refused("a ClientHello names two servers");
                    }
                    name = Optional.of(name(part(extension, number(extension, 2))));
                }
            }
            return name;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new EgressRequest.Refused("the ClientHello is incomplete");
        }
    }

    /** Parses a server name list, which must have exactly one entry, of type host_name. */
    private static String name(ByteBuffer list) throws EgressRequest.Refused {
        int type = number(list, 1);
        ByteBuffer name = part(list, number(list, 2));
        if (type != 0 || list.hasRemaining()) {
            throw new EgressRequest.Refused("a ClientHello names two servers");
        }
        return StandardCharsets.ISO_8859_1.decode(name).toString();
    }

    private static int number(ByteBuffer from, int bytes) {
        int number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | from.get() & 0xff;
        }
        return number;
    }

    /** Takes the next bytes of {@code from}. */
    private static ByteBuffer part(ByteBuffer from, int length) {
        ByteBuffer part = from.slice().limit(length);
        from.position(from.position() + length);
        return part;
    }
}
