package dev.rustyrun.step;

/** What a step may say to {@code run}, and await from it. Every wait ends, or throws {@link StepFailure}, when {@code run} ends. */
public interface Connection {

    /** Where a stage finds its end of the connection when it starts: the first descriptor after the standard files. */
    int DESCRIPTOR = 3;

    /**
     * The first of the descriptors that {@code child} opens for {@code init} to inherit: a number that neither uses for
     * anything else.
     */
    int FIRST_HANDED_DOWN = 200;

    /** Stands for a descriptor that does not exist. */
    int NO_DESCRIPTOR = -1;

    /** Sends {@code report}; one that can no longer be delivered is dropped. */
    void send(Report report);

    /** Asks {@code run} for the step {@code due} of its list. */
    default void ask(int due) {
        send(new Report.Due(due, NO_DESCRIPTOR));
    }

    /** Waits until {@code run} says to go on; whether it did, and did not end. */
    boolean awaitGo();

    /** Waits for a text. */
    String awaitText();

    /** Waits for a descriptor. */
    int awaitDescriptor();

    /** Waits for a descriptor, or {@link #NO_DESCRIPTOR}. */
    int awaitDescriptorIfThere();

    /** Lets reports go into the open file {@code file} from now on; {@code run} sees the end of the connection. */
    void redirect(int file);

    /** Moves this end to a descriptor that is at least {@code least}. */
    void moveFrom(int least);

    /** Closes this end, which shows {@code run} that the command has started. */
    void close();
}
