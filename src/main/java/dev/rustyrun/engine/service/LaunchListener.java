package dev.rustyrun.engine.service;

/** Receives the results of commands whose clients wait. Called by any thread; must not block. */
public interface LaunchListener {

    /** A command has ended, or could not be started. */
    void ended(RunResult result);
}
