package dev.rustyrun.plan;

import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.SuccessionStep;
import java.util.List;
import java.util.Optional;

/**
 * Everything a launch does, compiled: the steps of each stage, in order.
 *
 * @param run what the {@link Stage#RUN} stage does when another stage asks for it by its number in this list
 * @param child steps of the {@link Stage#CHILD} stage
 * @param init steps of the {@link Stage#INIT} stage; the last is one that executes the command
 * @param terminal whether the command gets a pseudo-terminal
 * @param awaitsStart whether the last but a few steps of {@code init} wait for {@code rustyrun start}
 */
public record LaunchPlan(List<HostStep> run, List<Step> child, List<Step> init, boolean terminal, boolean awaitsStart) {

    public LaunchPlan {
        run = List.copyOf(run);
        child = List.copyOf(child);
        init = List.copyOf(init);
    }

    /** Whether the process that becomes the command is another one than the {@code init} that {@code child} starts. */
    public boolean appears() {
        return init.stream()
                .anyMatch(step -> step instanceof SuccessionStep.Appear || step instanceof ExecStep.ExecAppearing);
    }

    /** The id maps that {@code child} waits for before it starts {@code init}; empty without a user namespace. */
    public Optional<IdMaps> idMaps() {
        for (HostStep step : run) {
            if (step instanceof HostStep.MapIds ids) {
                return Optional.of(ids.maps());
            }
        }
        return Optional.empty();
    }
}
