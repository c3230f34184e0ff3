package dev.rustyrun.plan;

import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Hooks.Hook;
import java.util.List;

/**
 * Steps of {@code init} that keep a container's life in step with its host: hooks, and the two waits of a container that is
 * created first and started later; runtime-spec runtime.md, "Lifecycle".
 */
public sealed interface LifecycleStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /** Waits until {@code run} has moved network devices of the host's into this process's network namespace. */
    record AwaitNetDevices() implements LifecycleStep {
        @Override
        public StepKind kind() {
            return StepKind.AWAIT_NET_DEVICES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.awaitNetDevices(this);
        }

        @Override
        public String describe() {
            return "have network devices moved in";
        }
    }

    /** Waits until {@code run} has run the hooks of the host's side, and gets the states that further hooks are told. */
    record AwaitHostHooks() implements LifecycleStep {
        @Override
        public StepKind kind() {
            return StepKind.AWAIT_HOST_HOOKS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.awaitHostHooks(this);
        }

        @Override
        public String describe() {
            return "have the host's hooks run";
        }
    }

    /** Gets the state that further hooks are told anew: another process than before is the container's now. */
    record AwaitState() implements LifecycleStep {
        @Override
        public StepKind kind() {
            return StepKind.AWAIT_STATE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.awaitState(this);
        }

        @Override
        public String describe() {
            return "have the state told anew";
        }
    }

    /**
     * Runs a hook in the container's namespaces.
     *
     * @param hook its path is the host's until the root is changed, then the container's
     * @param number its place among those of its kind, from 0 on
     * @param started whether it is told that the container is created, and not that it is being created
     */
    record RunHook(Hook hook, int number, boolean started) implements LifecycleStep {
        static RunHook read(PlanReader in) {
            Hook hook = new Hook(in.takeText(), in.takeTexts(), in.takeTexts(), in.take32(), in.takeFlag());
            return new RunHook(hook, in.take32(), in.takeFlag());
        }

        /** Its kind and number. */
        public String name() {
            return Hooks.name(started ? "startContainer" : "createContainer", number);
        }

        @Override
        public StepKind kind() {
            return StepKind.RUN_HOOK;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(hook.path())
                    .putTexts(hook.args())
                    .putTexts(hook.env())
                    .put32(hook.timeoutSeconds())
                    .putFlag(hook.inherits())
                    .put32(number)
                    .putFlag(started);
        }

        @Override
        public void performBy(Performer performer) {
            performer.runHook(this);
        }

        @Override
        public String describe() {
            return "run " + name() + " " + hook.path();
        }
    }

    /** Takes over descriptors of {@code run}'s, which the command gets from 3 on. */
    record ReceiveDescriptors(int count) implements LifecycleStep {
        static ReceiveDescriptors read(PlanReader in) {
            return new ReceiveDescriptors(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_DESCRIPTORS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(count);
        }

        @Override
        public void performBy(Performer performer) {
            performer.receiveDescriptors(this);
        }

        @Override
        public String describe() {
            return "take over " + count + " descriptors";
        }
    }

    /**
     * Finds the program to execute.
     *
     * @param tellLater whether it is told by the step that would execute it that there is none, and not by this one, as {@code
     *     create} wants it
     */
    record FindProgram(List<String> argv, List<String> env, boolean tellLater) implements LifecycleStep {
        public FindProgram {
            argv = List.copyOf(argv);
            env = List.copyOf(env);
        }

        static FindProgram read(PlanReader in) {
            return new FindProgram(in.takeTexts(), in.takeTexts(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.FIND_PROGRAM;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(argv).putTexts(env).putFlag(tellLater);
        }

        @Override
        public void performBy(Performer performer) {
            performer.findProgram(this);
        }

        @Override
        public String describe() {
            return "find the program of " + Words.shell(argv);
        }
    }

    /** Has {@code run} write down that everything is set up, and from then on outlives it and {@code child}. */
    record Detach() implements LifecycleStep {
        @Override
        public StepKind kind() {
            return StepKind.DETACH;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.detach(this);
        }

        @Override
        public String describe() {
            return "go on without the stages before";
        }
    }

    /** Waits for {@code rustyrun start}. */
    record AwaitStart() implements LifecycleStep {
        @Override
        public StepKind kind() {
            return StepKind.AWAIT_START;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.awaitStart(this);
        }

        @Override
        public String describe() {
            return "wait to be started";
        }
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void awaitNetDevices(AwaitNetDevices step);

        void awaitHostHooks(AwaitHostHooks step);

        void awaitState(AwaitState step);

        void runHook(RunHook step);

        void receiveDescriptors(ReceiveDescriptors step);

        void findProgram(FindProgram step);

        void detach(Detach step);

        void awaitStart(AwaitStart step);
    }
}
