package dev.rustyrun.client;

import dev.rustyrun.engine.Conversation;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The client side of a WebSocket, RFC 6455. Only one thread may receive; any thread may send. */
final class WebSocket implements Conversation {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CONTINUED = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int GOING_AWAY = 1001;
    private static final int MAX_FRAME = 32 * 1024;
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final SecureRandom random = new SecureRandom();
    private final Connection connection;
    private final DataInputStream in;

    WebSocket(Connection connection) {
        this.connection = connection;
        this.in = new DataInputStream(connection.in());
    }

    /** A random value for the header Sec-WebSocket-Key. */
    static String newKey() {
        byte[] key = new byte[16];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /** The header Sec-WebSocket-Accept of a server that accepts {@code key}. */
    static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void send(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8), -1);
    }

    @Override
    public void send(byte[] bytes, int count) throws IOException {
        send(BINARY, bytes, count);
    }

    /** Splits a message into frames of at most {@link #MAX_FRAME} bytes, because a server may refuse larger frames. */
    private synchronized void send(int opcode, byte[] payload, int length) throws IOException {
        int all = length < 0 ? payload.length : length;
        int from = 0;
        do {
            int count = Math.min(all - from, MAX_FRAME);
            int last = from + count == all ? FINAL : 0;
            sendFrame(last | (from == 0 ? opcode : CONTINUED), payload, from, count);
            from += count;
        } while (from < all);
        connection.out().flush();
    }

    private void sendFrame(int head, byte[] payload, int from, int count) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(count + 8);
        frame.put((byte) head);
        if (count < 126) {
            frame.put((byte) (MASKED | count));
        } else {
            frame.put((byte) (MASKED | 126)).putShort((short) count);
        }
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < count; i++) {
            frame.put((byte) (payload[from + i] ^ mask[i & 3]));
        }
        connection.out().write(frame.array(), 0, frame.position());
    }

    /**
     * Waits for the next message, and answers pings meanwhile.
     *
     * @throws IOException when the connection fails, or the server is stopping
     * @throws ClientException when the server closes the WebSocket with an error
     */
    @Override
    public Message receive() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Kind kind = Kind.BINARY;
        while (true) {
            int first = in.readUnsignedByte();
            byte[] payload = payload();
            switch (first & 0xf) {
                case CONTINUED -> whole.writeBytes(payload);
                case TEXT, BINARY -> {
                    kind = (first & 0xf) == TEXT ? Kind.TEXT : Kind.BINARY;
                    whole.reset();
                    whole.writeBytes(payload);
                }
                case PING -> send(PONG, payload, -1);
                case PONG -> {}
                case CLOSE -> {
                    return closed(payload);
                }
                default -> throw new IOException("the server sent an invalid WebSocket frame");
            }
            if ((first & FINAL) != 0 && (first & 0xf) <= BINARY) {
                return new Message(kind, whole.toByteArray());
            }
            if (whole.size() > MAX_BYTES) {
                throw new IOException("a message from the server is too long");
            }
        }
    }

    private byte[] payload() throws IOException {
        int second = in.readUnsignedByte();
        long length =
                switch (second & 0x7f) {
                    case 126 -> in.readUnsignedShort();
                    case 127 -> in.readLong();
                    default -> second & 0x7f;
                };
        if ((second & MASKED) != 0 || length < 0 || length > MAX_BYTES) {
            throw new IOException("the server sent an invalid WebSocket frame");
        }
        byte[] payload = in.readNBytes((int) length);
        if (payload.length < length) {
            throw new EOFException("the server closed the connection");
        }
        return payload;
    }

    /** Handles a close frame. Any code except 1000, normal closure, is an error; the frame can contain a reason. */
    private Message closed(byte[] payload) throws IOException {
        int code = payload.length < 2 ? 1000 : ByteBuffer.wrap(payload).getShort();
        String reason = payload.length < 3 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        if (code == GOING_AWAY) {
            throw new IOException("the server is stopping");
        }
        if (code != 1000) {
            throw new ClientException(reason.isEmpty() ? "the server closed the connection (" + code + ")" : reason);
        }
        try {
            send(CLOSE, payload, -1);
        } catch (IOException e) {
            // The server did not wait for this close frame.
        }
        return new Message(Kind.CLOSE, reason.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        connection.close();
    }
}
