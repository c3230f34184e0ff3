package dev.rustyrun.http;

import java.io.IOException;

/** An answer that is sent in pieces, each when the one before has been sent; no thread waits for its reader. */
abstract class StreamedAnswer {

    /** Nothing to send now; the answer wakes its sender when that changes. */
    static final byte[] NOTHING_YET = {};

    /** Everything has been sent. */
    static final byte[] END = {};

    /** Called, by any thread, when {@link #next} may have something. */
    protected Runnable wake = () -> {};

    /** Begins; {@link #next} is called after that. */
    void begin() throws IOException {}

    /** The next piece. */
    abstract byte[] next() throws IOException;

    /** Releases its resources; called once, also when its reader has disconnected. */
    abstract void end();
}
