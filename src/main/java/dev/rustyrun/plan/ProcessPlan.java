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

/** The parts of a plan that turn a process into the command, in a new or in a running container. */
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
     * Adds the terminal, if the process gets one.
     *
     * @param console whether it is also the container's console
     * @param controls whether it becomes this process's controlling terminal, and not that of a copy that appears
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
     * Adds all steps from dropping privileges to the command.
     *
     * @param appear steps after which a copy of this process continues in another PID namespace, as late as possible,
     *     and steps that only the copy can perform; empty where this process becomes the command
     * @param reaper whether this process stays as the command's reaper
     */
    void command(List<Step> steps, List<Step> appear, boolean reaper) {
        PrivilegePlan privileges = new PrivilegePlan(spec, host, run);
        first(steps, privileges);
        boolean listener = host.seccomp().hasListener();
        // An agent gets the id of the process with the filter, which must then be the one that appears.
        boolean filtered = !appear.isEmpty() && !listener && permits(privileges);
        if (filtered && isPlain(appear)) {
            // With the filter, the search for the program may not be allowed.
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
        // A process that waits in a shared PID namespace is visible to others, so it waits behind its filter if the
        // filter permits the rest. run informs an agent about the filter, and run exists only before the wait.
        if (!filtered && lifecycle.awaitsStart() && (listener || permits(privileges))) {
            privileges.addLast(steps);
            filtered = true;
        }
        lifecycle.awaitStart(steps);
        // A hook in the container comes from the container, so it is confined like the command.
        if (!filtered && lifecycle.hasHooksInside()) {
            privileges.addLast(steps);
            filtered = true;
        }
        lifecycle.hooksInside(steps);
        steps.add(new CommandStep.HandOver(reaper));
        if (!filtered) {
            if (!reaper && !host.seccomp().permits(LaunchCall.MEMORY)) {
                // Such a filter forbids memory, so as much as possible is done before it.
                steps.add(new LifecycleStep.FindProgram(
                        spec.process().args(), spec.process().env(), true));
            }
            privileges.addLast(steps);
        }
        ReaperKind kind = reaper ? reaperUnder(host.seccomp()) : ReaperKind.NONE;
        steps.add(new ExecStep.Exec(spec.process().args(), spec.process().env(), kind, privileges.lastLimits()));
    }

    /**
     * Whether the small program can do all that is left: it cannot run hooks, and a label applies to one execve only.
     */
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
        // Signals stay blocked until right before the execve.
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

    /** The kind of reaper that {@code filter} permits. */
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
