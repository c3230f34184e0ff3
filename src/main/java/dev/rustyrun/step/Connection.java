package dev.rustyrun.step;

/** The messages between a step and {@code run}. Every wait ends or throws {@link StepFailure} when {@code run} ends. */
public interface Connection {

    /** The stage's end of the connection at its start: the first descriptor after the standard files. */
    int DESCRIPTOR = 3;

    /**
     * The first of the descriptors that {@code child} opens for {@code init} to inherit. Neither stage uses this number
     * for anything else.
     */
    int FIRST_HANDED_DOWN = 200;

    /** Represents a missing descriptor. */
    int NO_DESCRIPTOR = -1;

    /** Sends {@code report}; a report that can no longer be delivered is dropped. */
    void send(Report report);

    /** Asks {@code run} for the step with index {@code due} in its list. */
    default void ask(int due) {
        send(new Report.Due(due, NO_DESCRIPTOR));
    }

    /** Waits until {@code run} lets this stage continue; false if {@code run} ended. */
    boolean awaitGo();

    /** Waits for a string. */
    String awaitText();

    /** Waits for a descriptor. */
    int awaitDescriptor();

    /** Waits for a descriptor, or {@link #NO_DESCRIPTOR}. */
    int awaitDescriptorIfThere();

    /** Writes reports to the open file {@code file} from now on; {@code run} sees the end of the connection. */
    void redirect(int file);

    /** Moves this end to a descriptor with number {@code least} or higher. */
    void moveFrom(int least);

    /** Closes this end, which tells {@code run} that the command has started. */
    void close();
}
