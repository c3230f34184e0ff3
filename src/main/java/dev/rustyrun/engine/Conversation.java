package dev.rustyrun.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The messages between this process and a command, in the protocol of the web socket {@code /attach}; docs/http.md.
 * Bytes to the command are its input; the peer answers each piece with the text {@code taken}. The first byte of a
 * message from the command is the stream number. Only one thread may receive; any thread may send.
 */
public interface Conversation extends Closeable {

    /** The kind of a message. */
    enum Kind {
        TEXT,
        BINARY,
        CLOSE
    }

    /**
     * A message.
     *
     * @param bytes the content; for {@link Kind#CLOSE} the reason
     */
    record Message(Kind kind, byte[] bytes) {

        /** The content as UTF-8 text. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Sends a control message, such as {@code eof} or {@code resize ROWS COLUMNS}. */
    void send(String text) throws IOException;

    /** Sends the first {@code count} bytes of {@code bytes} as input. */
    void send(byte[] bytes, int count) throws IOException;

    /**
     * Waits for the next message.
     *
     * @throws IOException when the connection fails
     */
    Message receive() throws IOException;

    @Override
    void close();
}
