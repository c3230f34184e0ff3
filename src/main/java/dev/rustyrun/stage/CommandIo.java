package dev.rustyrun.stage;

import dev.rustyrun.linux.PollSet;

/** What goes into a command and comes out of it while it runs, where the caller is no command line. Used by one thread. */
public interface CommandIo {

    /** Adds the descriptors, at most a dozen, on which something is waited for. */
    void addTo(PollSet set);

    /** Moves what can be moved without waiting. */
    void relay(PollSet found);

    /** Whether output may still come. */
    boolean isOpen();

    /**
     * Whether output that has come waits for somebody who reads it, slowly: the launch then does not end before that has been
     * taken, unless nothing is taken for a minute.
     */
    default boolean isHeld() {
        return false;
    }

    /** Whether nobody wants the command any more, which is then killed; asked whenever something was relayed. */
    default boolean isAbandoned() {
        return false;
    }

    /** A signal for the command, of those that stages pass on; 0 when there is none. Asked likewise. */
    default int nextSignal() {
        return 0;
    }

    /** Takes the master side of the command's terminal, if it is to have one. */
    void terminal(int master);

    /** Gives all descriptors back; may be called again. */
    void close();
}
