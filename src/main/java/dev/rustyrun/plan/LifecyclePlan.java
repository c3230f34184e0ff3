package dev.rustyrun.plan;

import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.LifecycleStep;
import dev.rustyrun.step.Step;
import java.util.List;

/** The parts of a plan that synchronize with the host: hooks and waits. */
final class LifecyclePlan {

    private final Spec spec;
    private final Lifecycle life;
    private final HostSteps run;

    LifecyclePlan(Spec spec, Lifecycle life, HostSteps run) {
        this.spec = spec;
        this.life = life;
        this.run = run;
    }

    /** Whether the command waits for its start after the processes that have set it up have ended. */
    boolean awaitsStart() {
        return life.awaitsStart();
    }

    /** Adds the hooks that run while the host's files can still be reached; runtime.md, "Lifecycle", 3 to 5. */
    void beforeRoot(List<Step> steps) {
        Hooks hooks = spec.hooks();
        boolean needsState =
                !hooks.createContainer().isEmpty() || !hooks.startContainer().isEmpty();
        boolean visited = spec.annotations().containsKey(Spec.VISIT_ANNOTATION);
        if (visited
                || needsState
                || !hooks.prestart().isEmpty()
                || !hooks.createRuntime().isEmpty()) {
            steps.add(new LifecycleStep.AwaitHostHooks(
                    run.add(new HostStep.RunHooks(hooks.prestart(), hooks.createRuntime()))));
        }
        add(steps, hooks.createContainer(), false);
    }

    /** Adds the end of the setup. */
    void beforeWait(List<Step> steps) {
        if (life.descriptors() > 0) {
            steps.add(new LifecycleStep.ReceiveDescriptors(
                    life.descriptors(), run.add(new HostStep.SendDescriptors(life.descriptors()))));
        }
        if (life.awaitsStart() && spec.hasProcess()) {
            steps.add(new LifecycleStep.FindProgram(
                    spec.process().args(), spec.process().env(), false));
        }
    }

    /** Adds the wait between the setup and the command. */
    void awaitStart(List<Step> steps) {
        if (life.detached()) {
            steps.add(new LifecycleStep.Detach(letGo()));
        }
        if (life.awaitsStart()) {
            steps.add(new LifecycleStep.AwaitStart(run.add(new HostStep.AwaitStart())));
        }
    }

    private int letGo() {
        return run.add(new HostStep.LetGo(life.awaitsStart()));
    }

    /**
     * The number of the step with which {@code child} lets a successor continue alone; none if the container is not
     * detached.
     */
    int part() {
        return life.detached() ? run.add(new HostStep.Part(life.awaitsStart())) : HostStep.NONE;
    }

    /**
     * The host steps that a successor asks for itself if it continues alone, as the small program or, if that is
     * impossible, without it.
     */
    ExecStep.PartingSteps partingSteps() {
        return switch (parting()) {
            case NEVER -> ExecStep.PartingSteps.NONE;
            case WHEN_EXECUTED -> new ExecStep.PartingSteps(HostStep.NONE, letGo(), HostStep.NONE);
            case BEFORE_START ->
                new ExecStep.PartingSteps(
                        run.add(new HostStep.SendGate()), letGo(), run.add(new HostStep.AwaitStart()));
        };
    }

    /** Adds the wait for the state of the new process, if hooks in the container get that state. */
    void renewState(List<Step> steps) {
        if (hasHooksInside()) {
            steps.add(new LifecycleStep.AwaitState(run.add(new HostStep.SendState())));
        }
    }

    /** Whether it continues without the processes that create it. */
    ExecStep.Parting parting() {
        if (life.awaitsStart()) {
            return ExecStep.Parting.BEFORE_START;
        }
        return life.detached() ? ExecStep.Parting.WHEN_EXECUTED : ExecStep.Parting.NEVER;
    }

    /** Whether hooks run in the container, right before the command. */
    boolean hasHooksInside() {
        return !spec.hooks().startContainer().isEmpty();
    }

    /** Adds these hooks; runtime.md, "Lifecycle", 8. */
    void hooksInside(List<Step> steps) {
        add(steps, spec.hooks().startContainer(), true);
    }

    private void add(List<Step> steps, List<Hooks.Hook> hooks, boolean started) {
        for (int i = 0; i < hooks.size(); i++) {
            Hooks.Hook hook = hooks.get(i);
            steps.add(new LifecycleStep.RunHook(
                    hook.inherits()
                            ? new Hooks.Hook(
                                    hook.path(), hook.args(), spec.process().env(), hook.timeoutSeconds(), true)
                            : hook,
                    i,
                    started));
        }
    }
}
