package dev.rustyrun.plan;

import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Spec;
import java.util.List;

/** The parts of a plan that keep in step with the host: hooks, waits. */
final class LifecyclePlan {

    private final Spec spec;
    private final Lifecycle life;

    LifecyclePlan(Spec spec, Lifecycle life) {
        this.spec = spec;
        this.life = life;
    }

    /** Whether the command waits until it is started, by when those have gone who have set it up. */
    boolean awaitsStart() {
        return life.awaitsStart();
    }

    /** Adds the hooks that run while the host's files can still be reached; runtime.md, "Lifecycle", 3 to 5. */
    void beforeRoot(List<Step> steps) {
        Hooks hooks = spec.hooks();
        boolean told =
                !hooks.createContainer().isEmpty() || !hooks.startContainer().isEmpty();
        if (told || !hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty()) {
            steps.add(new LifecycleStep.AwaitHostHooks());
        }
        add(steps, hooks.createContainer(), false);
    }

    /** Adds what is still part of the set-up. */
    void beforeWait(List<Step> steps) {
        if (life.descriptors() > 0) {
            steps.add(new LifecycleStep.ReceiveDescriptors(life.descriptors()));
        }
        if (life.awaitsStart() && spec.hasProcess()) {
            steps.add(new LifecycleStep.FindProgram(
                    spec.process().args(), spec.process().env(), false));
        }
    }

    /** Adds the wait between the set-up and the command. */
    void awaitStart(List<Step> steps) {
        if (life.detached()) {
            steps.add(new LifecycleStep.Detach());
        }
        if (life.awaitsStart()) {
            steps.add(new LifecycleStep.AwaitStart());
        }
    }

    /** When it goes on without the processes that make it. */
    CommandStep.Parting parting() {
        if (life.awaitsStart()) {
            return CommandStep.Parting.BEFORE_START;
        }
        return life.detached() ? CommandStep.Parting.WHEN_EXECUTED : CommandStep.Parting.NEVER;
    }

    /** Whether hooks run in the container, right before the command. */
    boolean hasHooksInside() {
        return !spec.hooks().startContainer().isEmpty();
    }

    /** Adds these; runtime.md, "Lifecycle", 8. */
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
