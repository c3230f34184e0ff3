package dev.rustyrun.spec;

/** Receives the steps of a traced launch. */
public interface StepLog {

    /**
     * Reports a performed step.
     *
     * @param stage the stage that performed it, {@code child} or {@code init}
     */
    void done(String stage, int micros, String step);
}
