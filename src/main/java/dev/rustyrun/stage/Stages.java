package dev.rustyrun.stage;

import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;

/** The stages of one launch, started and waiting for their plan. */
public interface Stages {

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
