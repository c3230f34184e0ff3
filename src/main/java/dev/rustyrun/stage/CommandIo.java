package dev.rustyrun.stage;

import dev.rustyrun.linux.PollSet;

/** Input and output of a running command, if the caller is not a command line. Used by one thread. */
public interface CommandIo {

    /** Adds the descriptors to wait on, at most a dozen. */
    void addTo(PollSet set);

    /** Moves data, without waiting. */
    void relay(PollSet found);

    /** Whether output may still come. */
    boolean isOpen();

    /**
     * Whether output still waits for a slow reader: the launch then ends only after it has been read, unless nothing
     * is read for a minute.
     */
    default boolean isHeld() {
        return false;
    }

    /** Whether nobody wants the command any more, which is then killed; checked after each relay. */
    default boolean isAbandoned() {
        return false;
    }

    /** A signal for the command, of those that stages forward; 0 for none. Checked likewise. */
    default int nextSignal() {
        return 0;
    }

    /** Takes the master side of the command's terminal, if it is to have one. */
    void terminal(int master);

    /** Closes all descriptors; may be called again. */
    void close();
}
