package dev.rustyrun.engine.service;

import java.util.concurrent.CompletionStage;

/** The connection to a client that is attached to a command; docs/http.md. */
public interface ClientSocket {

    /** Why the connection is closed. */
    enum End {
        /** The command has ended, and everything was sent. */
        ENDED,
        /** The command could not be started. */
        NOT_STARTED,
        /** The output cannot be read. */
        FAILED
    }

    /** Sends a text; completes when it was sent, exceptionally when that is impossible. */
    CompletionStage<?> sendText(String text);

    /** Sends output, whose first byte is the number of its stream; completes as {@link #sendText} does. */
    CompletionStage<?> sendOutput(byte[] message);

    /** Closes the connection. */
    void close(End end, String why);
}
