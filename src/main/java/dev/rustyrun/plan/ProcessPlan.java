package dev.rustyrun.plan;

import dev.rustyrun.spec.Spec;
import java.util.List;

/** The parts of a plan that make a process the command, in a new container or in one that runs. */
final class ProcessPlan {

    private final Spec spec;
    private final HostFacts host;
    private final LifecyclePlan lifecycle;

    ProcessPlan(Spec spec, HostFacts host, LifecyclePlan lifecycle) {
        this.spec = spec;
        this.host = host;
        this.lifecycle = lifecycle;
    }

    /** Adds the terminal, if it gets one, as the container's console too or not. */
    void terminal(List<Step> steps, boolean console) {
        if (spec.process().terminal()) {
            Spec.ConsoleSize size = spec.process().consoleSize();
            steps.add(new CommandStep.OpenTerminal(spec.process().user().uid(), console, size.height(), size.width()));
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

    /** Adds everything from giving up privileges to the command. */
    void command(List<Step> steps) {
        PrivilegePlan privileges = new PrivilegePlan(spec, host);
        first(steps, privileges);
        // What waits may be seen by others, in a PID namespace that is theirs too, and waits behind its filter where
        // that lets
        // it go on. An agent is told of the filter by run, which is there only before the wait.
        boolean early = lifecycle.awaitsStart()
                && (host.seccomp().hasListener() || host.seccomp().permits(LaunchCall.AFTER_FILTER));
        // A hook in the container is the container's own program as much as the command is.
        boolean beforeHooks = !early && lifecycle.hasHooksInside();
        if (early) {
            privileges.addLast(steps);
        }
        lifecycle.awaitStart(steps);
        if (beforeHooks) {
            privileges.addLast(steps);
        }
        lifecycle.hooksInside(steps);
        steps.add(new CommandStep.HandOver(spec.wantsReaper()));
        if (!early && !beforeHooks) {
            privileges.addLast(steps);
        }
        steps.add(new CommandStep.Exec(spec.process().args(), spec.process().env(), spec.wantsReaper()));
    }

    /**
     * Adds the same for a further process, which is no PID 1 and needs no reaper: {@code appear} comes as late as can be.
     *
     * @param late what can only be done after that
     */
    void furtherCommand(List<Step> steps, NamespaceStep.Appear appear, List<Step> late) {
        PrivilegePlan privileges = new PrivilegePlan(spec, host);
        first(steps, privileges);
        // An agent is told the id of the process that has the filter, which must then be the one that appears.
        boolean early = !host.seccomp().hasListener() && host.seccomp().permits(LaunchCall.AFTER_FILTER);
        if (early) {
            privileges.addLast(steps);
        }
        steps.add(appear);
        steps.addAll(late);
        lifecycle.awaitStart(steps);
        steps.add(new CommandStep.HandOver(false));
        if (!early) {
            privileges.addLast(steps);
        }
        steps.add(new CommandStep.Exec(spec.process().args(), spec.process().env(), false));
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
