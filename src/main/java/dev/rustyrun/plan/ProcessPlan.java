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

    /** Adds everything from giving up privileges to the command. */
    void command(List<Step> steps) {
        PrivilegePlan privileges = new PrivilegePlan(spec, host);
        new TaskPlan(spec).beforePrivileges(steps);
        privileges.addFirst(steps);
        lifecycle.beforeWait(steps);
        // An agent is told of the filter by run, which is there only before the wait.
        boolean early = host.seccomp().hasListener() && lifecycle.awaitsStart();
        if (early) {
            privileges.addLast(steps);
        }
        lifecycle.beforeCommand(steps);
        if (!early) {
            privileges.addLast(steps);
        }
        steps.add(new CommandStep.Exec(spec.process().args(), spec.process().env(), spec.wantsReaper()));
    }
}
