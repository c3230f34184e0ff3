package dev.rustyrun.stage;

import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;

/** The stages of one launch, started and waiting for their plan. */
public interface Stages {

    /**
     * A container that runs for this many milliseconds probably stays. Then its waiting processes give back memory that
     * only the start needed; for a shorter one, that would cost more time than the memory is worth.
     */
    int STAYS_MILLIS = 1000;

    /**
     * Launches {@code plan} and waits for its end. A failure to create the container is an outcome, not an exception.
     */
    Outcome launch(LaunchPlan plan, LaunchOptions options);

    /**
     * Waits until no stage exists any more, which may be a moment after the container's end was reported. Until then,
     * the container's cgroup may not be empty.
     */
    void awaitEnd();
}
