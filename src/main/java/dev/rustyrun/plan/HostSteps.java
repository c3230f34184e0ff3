package dev.rustyrun.plan;

import dev.rustyrun.step.HostStep;
import java.util.ArrayList;
import java.util.List;

/** The part of a plan that {@code run} does, while it is compiled: each step has the number by which a stage asks for it. */
final class HostSteps {

    private final List<HostStep> steps = new ArrayList<>();

    /** Adds {@code step}; its number. */
    int add(HostStep step) {
        steps.add(step);
        return steps.size() - 1;
    }

    List<HostStep> all() {
        return steps;
    }
}
