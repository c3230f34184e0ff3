package dev.rustyrun.stage;

import dev.rustyrun.linux.PollSet;

/** Input and output of a running command whose caller is not a command line. Used by one thread. */
public interface CommandIo {

    /** Adds the descriptors to wait for, at most a dozen. */
    void addTo(PollSet set);

    /** Transfers data without blocking. */
    void relay(PollSet found);

    /** Whether more output may arrive. */
    boolean isOpen();

    /**
     * Whether output still waits for a slow reader: the launch then ends only after the reader has got it, or has read
     * nothing for a minute.
     */
    default boolean isHeld() {
        return false;
    }

    /** Whether the caller no longer wants the command, which is then killed; checked after each relay. */
    default boolean isAbandoned() {
        return false;
    }

    /** A signal for the command, one of those that stages forward; 0 for none; checked after each relay. */
    default int nextSignal() {
        return 0;
    }

    /** Takes the master side of the command's terminal, if it gets one. */
    void terminal(int master);

    /** Closes all descriptors; can be called more than once. */
    void close();
}
