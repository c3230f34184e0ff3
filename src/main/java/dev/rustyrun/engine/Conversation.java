package dev.rustyrun.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The messages between this process and a command, as the web socket {@code /attach} has them; docs/http.md. Bytes to the command
 * are its input, and each piece is answered by the text {@code taken}; bytes from it begin with one that tells the stream. One
 * thread receives; any may send.
 */
public interface Conversation extends Closeable {

    /** What kind of message it is. */
    enum Kind {
        TEXT,
        BINARY,
        CLOSE
    }

    /**
     * A message.
     *
     * @param bytes of a {@link Kind#CLOSE} its reason
     */
    record Message(Kind kind, byte[] bytes) {

        /** Its bytes as text. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Sends an order, such as {@code eof} or {@code resize ROWS COLUMNS}. */
    void send(String text) throws IOException;

    /** Sends the first {@code count} of {@code bytes}. */
    void send(byte[] bytes, int count) throws IOException;

    /**
     * Waits for the next message.
     *
     * @throws IOException when the connection breaks
     */
    Message receive() throws IOException;

    @Override
    void close();
}
