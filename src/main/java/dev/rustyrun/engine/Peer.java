package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.linux.Signal;
import java.io.IOException;
import java.util.Optional;

/** What an {@link Attachment} talks to. */
public interface Peer {

    /** Opens the connection with it. */
    Conversation open();

    /** Whether this process's part in it can be left by typing ^P^Q. */
    boolean isDetachable();

    /** That it goes on, and how to go on with it. */
    String goesOn();

    /** Whether it is told that this process's input has ended. */
    boolean endsWithInput();

    /** Whether {@code signal} ends only this process's part in it. */
    boolean isLeftBy(Signal signal);

    /** Passes {@code signal} on. */
    void pass(Signal signal, Conversation conversation) throws IOException;

    /** Nobody reads what it writes any more: on this machine SIGPIPE would end it. */
    void outputIsClosed();

    /** What is told when the connection breaks: why, and what becomes of it. */
    RuntimeException lost(IOException e);

    /**
     * How it ended.
     *
     * @param last the last that was said of it, if anything was
     */
    JsonNode end(Optional<JsonNode> last);
}
