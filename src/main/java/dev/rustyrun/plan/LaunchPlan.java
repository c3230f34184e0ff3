package dev.rustyrun.plan;

import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.CoverStep;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.MountStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.NodeStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SettingStep;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.SuccessionStep;
import java.util.List;
import java.util.Optional;

/**
 * A complete launch, compiled: the steps of each stage, in order.
 *
 * @param run steps of the {@link Stage#RUN} stage, which another stage asks for by their index in this list
 * @param child steps of the {@link Stage#CHILD} stage
 * @param init steps of the {@link Stage#INIT} stage; the last one executes the command
 * @param terminal whether the command gets a pseudo-terminal
 * @param awaitsStart whether {@code init} waits for {@code rustyrun start} shortly before its last step
 */
public record LaunchPlan(List<HostStep> run, List<Step> child, List<Step> init, boolean terminal, boolean awaitsStart) {

    public LaunchPlan {
        run = List.copyOf(run);
        child = List.copyOf(child);
        init = List.copyOf(init);
    }

    /** Whether the command's process is not the {@code init} that {@code child} starts, but a successor. */
    public boolean appears() {
        return init.stream()
                .anyMatch(step -> step instanceof SuccessionStep.Appear || step instanceof ExecStep.ExecAppearing);
    }

    /**
     * The number of steps of {@code init} that a waiting process can perform ahead of a launch: all before the first
     * one that concerns the command, or that needs more than a mount from the host.
     */
    public int ahead() {
        int steps = 0;
        while (steps < init.size() && isAnswered(init.get(steps)) && canRunAhead(init.get(steps))) {
            steps++;
        }
        return steps;
    }

    /** Whether so many steps of {@code init} mount all that is mounted. */
    public boolean mountsWithin(int steps) {
        return init.subList(steps, init.size()).stream()
                .noneMatch(step -> step instanceof MountStep || step instanceof FileSystemStep);
    }

    private boolean isAnswered(Step step) {
        return step.due() == HostStep.NONE || sendsMount(run.get(step.due()));
    }

    private static boolean sendsMount(HostStep step) {
        return step instanceof HostStep.SendMount
                || step instanceof HostStep.ChangeMount
                || step instanceof HostStep.OpenSource;
    }

    /** The working directory is the command's: others that share the file system may replace it before the command starts. */
    private static boolean canRunAhead(Step step) {
        return step instanceof CgroupStep
                || step instanceof CoverStep
                || step instanceof FileSystemStep
                || step instanceof LimitStep.SetOomScore
                || step instanceof MountStep
                || step instanceof NamespaceStep
                || step instanceof NodeStep
                || step instanceof PivotStep
                || step instanceof RootStep
                || step instanceof SettingStep;
    }

    /**
     * Whether this launch has the same steps of {@code child}, and the same first {@code steps} steps of {@code init},
     * as {@code other}.
     */
    public boolean beginsAs(LaunchPlan other, int steps) {
        return child.equals(other.child)
                && idMaps().equals(other.idMaps())
                && init.size() > steps
                && init.subList(0, steps).equals(other.init.subList(0, steps))
                && (steps == 0 || hosts().equals(other.hosts()));
    }

    /** The host steps that may be requested ahead of a launch. */
    private List<HostStep> hosts() {
        return run.stream()
                .filter(step -> step instanceof HostStep.MapIds || sendsMount(step))
                .toList();
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
