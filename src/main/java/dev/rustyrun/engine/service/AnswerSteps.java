package dev.rustyrun.engine.service;

/** Runs the steps of responses that are sent in pieces, on a few threads of the service. */
public interface AnswerSteps {

    /**
     * A Runnable that schedules {@code step}. It never runs in two threads at once; any number of calls while it runs
     * cause one more run.
     */
    Runnable wakeable(Runnable step);
}
