package dev.rustyrun.plan;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.ExecStep.ReaperKind;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.LaunchCall;
import dev.rustyrun.step.LifecycleStep;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.SuccessionStep;
import java.util.List;

/** The parts of a plan that make a process the command, in a new container or in one that runs. */
final class ProcessPlan {

    private final Spec spec;
    private final HostFacts host;
    private final LifecyclePlan lifecycle;
    private final HostSteps run;

    ProcessPlan(Spec spec, HostFacts host, LifecyclePlan lifecycle, HostSteps run) {
        this.spec = spec;
        this.host = host;
        this.lifecycle = lifecycle;
        this.run = run;
    }

    /**
     * Adds the terminal, if it gets one.
     *
     * @param console whether it is the container's console too
     * @param controls whether it is this process's, and not that of a copy that appears
     */
    void terminal(List<Step> steps, boolean console, boolean controls) {
        if (spec.process().terminal()) {
            Spec.ConsoleSize size = spec.process().consoleSize();
            steps.add(new CommandStep.OpenTerminal(
                    spec.process().user().uid(),
                    console,
                    controls,
                    size.height(),
                    size.width(),
                    run.add(new HostStep.TakeTerminal())));
        }
    }

    private boolean namesHome() {
        for (String variable : spec.process().env()) {
            if (variable.startsWith("HOME=") && !variable.equals("HOME=")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds everything from giving up privileges to the command.
     *
     * @param appear what has a copy of this process go on in another PID namespace, which comes as late as can be, and what only
     *     that can do; empty where this process becomes the command
     * @param reaper whether it stays as the command's reaper
     */
    void command(List<Step> steps, List<Step> appear, boolean reaper) {
        PrivilegePlan privileges = new PrivilegePlan(spec, host, run);
        first(steps, privileges);
        boolean listener = host.seccomp().hasListener();
        // An agent is told the id of the process that has the filter, which must then be the one that appears.
        boolean filtered = !appear.isEmpty() && !listener && permits(privileges);
        if (filtered && isPlain(appear)) {
            // The filter may forbid to look for it then.
            steps.add(new LifecycleStep.FindProgram(
                    spec.process().args(), spec.process().env(), true));
            privileges.addLast(steps);
            appearAsCommand(steps, appear, privileges.lastLimits());
            return;
        }
        if (filtered) {
            privileges.addLast(steps);
        }
        steps.addAll(appear);
        // What waits may be seen by others, in a PID namespace that is theirs too, and waits behind its filter where
        // that one lets it go on. An agent is told of the filter by run, which exists only before the wait.
        if (!filtered && lifecycle.awaitsStart() && (listener || permits(privileges))) {
            privileges.addLast(steps);
            filtered = true;
        }
        lifecycle.awaitStart(steps);
        // A hook in the container is the container's own program as much as the command is.
        if (!filtered && lifecycle.hasHooksInside()) {
            privileges.addLast(steps);
            filtered = true;
        }
        lifecycle.hooksInside(steps);
        steps.add(new CommandStep.HandOver(reaper));
        if (!filtered) {
            if (!reaper && !host.seccomp().permits(LaunchCall.MEMORY)) {
                // Behind such a filter as little as possible is left to do.
                steps.add(new LifecycleStep.FindProgram(
                        spec.process().args(), spec.process().env(), true));
            }
            privileges.addLast(steps);
        }
        ReaperKind kind = reaper ? reaperUnder(host.seccomp()) : ReaperKind.NONE;
        steps.add(new ExecStep.Exec(spec.process().args(), spec.process().env(), kind, privileges.lastLimits()));
    }

    /** Whether the small program can do all that is left: it knows of no hooks, and a label is for one execve. */
    private boolean isPlain(List<Step> appear) {
        return appear.stream().skip(1).allMatch(step -> step instanceof CgroupStep.EnterCgroup)
                && !lifecycle.hasHooksInside()
                && spec.process().apparmorProfile().isEmpty()
                && spec.process().selinuxLabel().isEmpty()
                && host.seccomp().permits(LaunchCall.APPEARING);
    }

    private void appearAsCommand(List<Step> steps, List<Step> appear, List<LimitStep.SetRlimit> limits) {
        SuccessionStep.Appear first = (SuccessionStep.Appear) appear.get(0);
        int cgroups = appear.stream()
                .skip(1)
                .mapToInt(step -> ((CgroupStep.EnterCgroup) step).count())
                .sum();
        // Signals stay blocked until its last moment.
        steps.add(new CommandStep.HandOver(true));
        steps.add(new ExecStep.ExecAppearing(
                spec.process().args(),
                spec.process().env(),
                first.handedDown(),
                first.terminal(),
                host.seccomp().permits(LaunchCall.TRACE),
                !host.seccomp().permits(LaunchCall.EXECUTE_DESCRIPTOR),
                cgroups,
                lifecycle.parting(),
                lifecycle.partingSteps(),
                limits));
    }

    private boolean permits(PrivilegePlan privileges) {
        return privileges.setsLimitsLast() && host.seccomp().permits(LaunchCall.AFTER_FILTER);
    }

    /** The reaper that {@code filter} lets there be. */
    static ReaperKind reaperUnder(SeccompFilter filter) {
        if (!filter.permits(LaunchCall.REAPER)) {
            return ReaperKind.STAGE;
        }
        return filter.permits(LaunchCall.EXECUTE_DESCRIPTOR) ? ReaperKind.PROGRAM : ReaperKind.PROGRAM_BY_PATH;
    }

    private void first(List<Step> steps, PrivilegePlan privileges) {
        if (spec.hasProcess() && !namesHome()) {
            steps.add(new CommandStep.FindHome(spec.process().user().uid()));
        }
        new TaskPlan(spec).beforePrivileges(steps);
        privileges.addFirst(steps);
        lifecycle.beforeWait(steps);
    }
}
