package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.linux.Signal;
import java.io.IOException;
import java.util.Optional;

/** What an {@link Attachment} talks to. */
interface Peer {

    /** Opens the web socket to it. */
    WebSocket open();

    /** Whether it is told that this process's input has ended. */
    boolean endsWithInput();

    /** Whether {@code signal} ends only this process's part in it. */
    boolean isLeftBy(Signal signal);

    /** Passes {@code signal} on. */
    void pass(Signal signal, WebSocket socket) throws IOException;

    /** Nobody reads what it writes any more: on this machine SIGPIPE would end it. */
    void outputIsClosed();

    /** What becomes of it when the connection breaks, as the end of a sentence. */
    String fate();

    /**
     * How it ended.
     *
     * @param last the last that was said of it, if anything was
     */
    JsonNode end(Optional<JsonNode> last);
}
