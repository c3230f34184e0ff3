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
        if (spec.hasProcess() && !namesHome()) {
            steps.add(new CommandStep.FindHome(spec.process().user().uid()));
        }
        new TaskPlan(spec).beforePrivileges(steps);
        privileges.addFirst(steps);
        lifecycle.beforeWait(steps);
        // An agent is told of the filter by run, which is there only before the wait.
        boolean early = host.seccomp().hasListener() && lifecycle.awaitsStart();
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
}
