package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;

/** The other side of an {@link Attachment}. */
public interface Peer {

    /** Opens the connection. */
    Conversation open();

    /** Whether the user can detach with Ctrl-P Ctrl-Q. */
    boolean isDetachable();

    /** The message after detaching: the command keeps running, and how to attach again. */
    String detachMessage();

    /** Whether the end of this process's input is sent to the peer. */
    boolean endsWithInput();

    /** Whether {@code signal}, a name without SIG, only detaches this process. */
    boolean isDetachedBy(String signal);

    /** Forwards {@code signal}, a name without SIG. */
    void pass(String signal, Conversation conversation) throws IOException;

    /** Called when nobody reads the output any more; a local command would get SIGPIPE. */
    void outputIsClosed();

    /** The error for a lost connection: the reason, and the state of the command. */
    RuntimeException lost(IOException e);

    /**
     * The command's result.
     *
     * @param last the last JSON message from the peer, if any
     */
    JsonNode end(Optional<JsonNode> last);
}
