package dev.rustyrun.plan;

import dev.rustyrun.step.HostStep;
import java.util.ArrayList;
import java.util.List;

/** The part of a plan that {@code run} performs, while it is compiled: a stage asks for each step by its number. */
final class HostSteps {

    private final List<HostStep> steps = new ArrayList<>();

    /** Adds {@code step} and returns its number. */
    int add(HostStep step) {
        steps.add(step);
        return steps.size() - 1;
    }

    List<HostStep> all() {
        return steps;
    }
}
