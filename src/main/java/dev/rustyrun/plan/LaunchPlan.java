package dev.rustyrun.plan;

import java.util.List;

/**
 * Everything a launch does, compiled: the steps of each stage, in order.
 *
 * @param child steps of the {@link Stage#CHILD} stage
 * @param init steps of the {@link Stage#INIT} stage; the last is an {@link Step.Exec}
 * @param terminal whether the command gets a pseudo-terminal
 */
public record LaunchPlan(List<Step> child, List<Step> init, boolean terminal) {

    public LaunchPlan {
        child = List.copyOf(child);
        init = List.copyOf(init);
    }
}
