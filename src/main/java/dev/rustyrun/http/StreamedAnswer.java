package dev.rustyrun.http;

import java.io.IOException;

/** An answer that is sent piece by piece, each when the one before has gone out; no thread waits for its reader. */
abstract class StreamedAnswer {

    /** There is nothing to send now; the answer wakes its sender when there is. */
    static final byte[] NOTHING_YET = {};

    /** All has been sent. */
    static final byte[] END = {};

    /** What is called, by any thread, when {@link #next} may have something. */
    protected Runnable wake = () -> {};

    /** Begins; {@link #next} is called after that. */
    void begin() throws IOException {}

    /** The next piece. */
    abstract byte[] next() throws IOException;

    /** Gives back what it holds; called once, also when its reader has gone. */
    abstract void end();
}
