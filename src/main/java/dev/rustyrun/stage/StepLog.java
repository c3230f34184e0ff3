package dev.rustyrun.stage;

/** Where it is told which steps of a traced launch have been performed. */
public interface StepLog {

    /**
     * Tells of one.
     *
     * @param stage that performed it, {@code child} or {@code init}
     */
    void done(String stage, int micros, String step);
}
