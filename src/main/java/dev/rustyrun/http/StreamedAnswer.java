package dev.rustyrun.http;

import java.io.IOException;

/** A response that is sent in pieces, each after the previous one was sent. No thread waits for the client. */
abstract class StreamedAnswer {

    /** No data at the moment; the response calls {@link #wake} when that changes. */
    static final byte[] NOTHING_YET = {};

    /** Everything was sent. */
    static final byte[] END = {};

    /** Called by any thread when {@link #next} may have data. */
    protected Runnable wake = () -> {};

    /** Starts the response; called before {@link #next}. */
    void begin() throws IOException {}

    /** The next piece, {@link #NOTHING_YET} or {@link #END}. */
    abstract byte[] next() throws IOException;

    /** Releases resources; called once, also when the client has disconnected. */
    abstract void end();
}
