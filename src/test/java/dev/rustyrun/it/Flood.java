package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A web socket client that encodes its frames itself and sends them as fast as it can. */
final class Flood implements AutoCloseable {

    private static final byte[] MASK = new byte[4];

    private final Socket socket;
    private final Thread thread;
    private volatile boolean over;
    private volatile int rounds;

    /**
     * Connects and starts to send.
     *
     * @param reads whether the client reads what the service sends
     * @param begin bytes to send first
     * @param frames bytes to send repeatedly after that
     * @param times how often to send them
     */
    Flood(Server server, String path, boolean reads, byte[] begin, byte[] frames, int times) throws IOException {
        socket = open(server, path);
        socket.getOutputStream().write(begin);
        thread = new Thread(() -> send(frames, times), "flood");
        thread.setDaemon(true);
        thread.start();
        if (reads) {
            Thread reader = new Thread(this::read, "flood-reader");
            reader.setDaemon(true);
            reader.start();
        }
    }

    private void read() {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // The socket was closed by the service or by the test.
        }
    }

    /** Opens a web socket and returns its connection after the handshake. */
    static Socket open(Server server, String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        for (int next = 0; next >= 0 && head.indexOf("\r\n\r\n") < 0; ) {
            next = socket.getInputStream().read();
            head.append((char) next);
        }
        assertTrue(head.toString().startsWith("HTTP/1.1 101 "), head::toString);
        assertFalse(head.toString().contains("deflate"), head::toString);
        return socket;
    }

    /** A masked frame of a client; the payload must have at most 125 bytes. */
    static byte[] frame(int firstByte, String payload) {
        byte[] text = payload.getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[2 + MASK.length + text.length];
        frame[0] = (byte) firstByte;
        frame[1] = (byte) (0x80 | text.length);
        System.arraycopy(text, 0, frame, 2 + MASK.length, text.length);
        return frame;
    }

    /** These bytes, repeated. */
    static byte[] times(byte[] one, int times) {
        byte[] many = new byte[one.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(one, 0, many, i * one.length, one.length);
        }
        return many;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void send(byte[] frames, int times) {
        try {
            for (int i = 0; i < times; i++) {
                socket.getOutputStream().write(frames);
                rounds++;
            }
        } catch (IOException closed) {
            // The socket was closed by the service or by the test.
        }
        over = true;
    }

    /** How often the frames have been sent completely. */
    int rounds() {
        return rounds;
    }

    /** Whether everything was sent, or the connection was closed. */
    boolean isOver() {
        return over;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        socket.close();
        thread.join();
    }
}
