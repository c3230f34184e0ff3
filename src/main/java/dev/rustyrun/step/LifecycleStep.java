package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Hooks.Hook;
import java.util.List;

/**
 * Steps of {@code init} that synchronize a container's life with the host: hooks, and the two waits of a container that
 * is created first and started later; runtime-spec runtime.md, "Lifecycle".
 */
public sealed interface LifecycleStep extends Step {

    /** Waits until {@code run} has moved network devices of the host to this process's network namespace. */
    record AwaitNetDevices(int due) implements LifecycleStep {
        static AwaitNetDevices read(PlanReader in) {
            return new AwaitNetDevices(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_NET_DEVICES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(due);
        }

        @Override
        public void apply(StepContext context) {
            context.connection().ask(due);
            if (!context.connection().awaitGo()) {
                throw new StepFailure("run ended");
            }
        }

        @Override
        public String describe() {
            return "have network devices moved in";
        }
    }

    /** Waits until {@code run} has run the hooks on the host's side, and receives the states for further hooks. */
    record AwaitHostHooks(int due) implements LifecycleStep {
        static AwaitHostHooks read(PlanReader in) {
            return new AwaitHostHooks(in.take32());
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(due);
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_HOST_HOOKS;
        }

        @Override
        public void apply(StepContext context) {
            context.connection().ask(due);
            context.setCreatingState(context.connection().awaitText());
            context.setCreatedState(context.connection().awaitText());
        }

        @Override
        public String describe() {
            return "have the host's hooks run";
        }
    }

    /** Receives the state for further hooks again, because the container's process has changed. */
    record AwaitState(int due) implements LifecycleStep {
        static AwaitState read(PlanReader in) {
            return new AwaitState(in.take32());
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(due);
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_STATE;
        }

        @Override
        public void apply(StepContext context) {
            context.connection().ask(due);
            context.setCreatedState(context.connection().awaitText());
        }

        @Override
        public String describe() {
            return "receive the state again";
        }
    }

    /**
     * Runs a hook in the container's namespaces.
     *
     * @param hook its path is a host path until the root is changed, and a container path afterwards
     * @param number index among the hooks of its kind
     * @param started whether the state it gets is "created" instead of "creating"
     */
    record RunHook(Hook hook, int number, boolean started) implements LifecycleStep {
        static RunHook read(PlanReader in) {
            Hook hook = new Hook(in.takeText(), in.takeTexts(), in.takeTexts(), in.take32(), in.takeFlag());
            return new RunHook(hook, in.take32(), in.takeFlag());
        }

        /** Kind and index of the hook. */
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try {
                Hook run = hook.inherits()
                        ? new Hook(hook.path(), hook.args(), context.withHome(hook.env()), hook.timeoutSeconds())
                        : hook;
                new HookRunner(linux).run(name(), run, context.state(started));
            } catch (HookRunner.HookFailure e) {
                throw new StepFailure(e.getMessage());
            }
        }

        @Override
        public String describe() {
            return "run " + name() + " " + hook.path();
        }
    }

    /** Receives descriptors from {@code run}, which the command gets from 3 on. */
    record ReceiveDescriptors(int count, int due) implements LifecycleStep {
        static ReceiveDescriptors read(PlanReader in) {
            return new ReceiveDescriptors(in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_DESCRIPTORS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(count).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            context.connection().ask(due);
            int[] received = new int[count];
            for (int i = 0; i < received.length; i++) {
                // These numbers do not collide with the final ones.
                int descriptor = context.connection().awaitDescriptorIfThere();
                received[i] = descriptor;
                if (descriptor != Connection.NO_DESCRIPTOR) {
                    received[i] = linux.duplicateFrom(descriptor, Connection.FIRST_HANDED_DOWN + count);
                    linux.close(descriptor);
                }
            }
            context.setDescriptorsForCommand(received);
        }

        @Override
        public String describe() {
            return "take over " + count + " descriptors";
        }
    }

    /**
     * Finds the program to execute.
     *
     * @param tellLater whether a missing program is reported by the step that would execute it, instead of by this step
     *     as {@code create} requires
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            Command command = new Command(linux, argv, env, List.of());
            if (tellLater) {
                context.setProgram(command::find);
            } else {
                command.find();
            }
        }

        @Override
        public String describe() {
            return "find the program of " + StepFormatter.shell(argv);
        }
    }

    /**
     * Makes {@code run} record that everything is set up; from then on this process outlives {@code run} and
     * {@code child}.
     */
    record Detach(int due) implements LifecycleStep {
        static Detach read(PlanReader in) {
            return new Detach(in.take32());
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(due);
        }

        @Override
        public StepKind kind() {
            return StepKind.DETACH;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            // Once run lets it continue, this process is alone: child has already ended, because it could not wait for
            // another process's child.
            linux.prctl(Prctl.PR_SET_PDEATHSIG, 0);
            context.connection().ask(due);
            if (!context.connection().awaitGo()) {
                throw new StepFailure("run ended");
            }
        }

        @Override
        public String describe() {
            return "go on without the stages before";
        }
    }

    /** Waits for {@code rustyrun start}. */
    record AwaitStart(int due) implements LifecycleStep {
        static AwaitStart read(PlanReader in) {
            return new AwaitStart(in.take32());
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(due);
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_START;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            Connection channel = context.connection();
            int gate = channel.awaitDescriptor();
            int reports = channel.awaitDescriptor();
            channel.ask(due);
            channel.redirect(reports);
            context.setGate(gate);
            if (linux.read(gate, new byte[1], 1) != 1) {
                throw new StepFailure("the exec fifo was closed");
            }
        }

        @Override
        public String describe() {
            return "wait to be started";
        }
    }

    /**
     * Records what {@code run} has created on the host and removes at the end, so that {@code child} can remove it if
     * {@code run} is killed.
     *
     * @param files host paths of files
     * @param directories host paths of directories, removed after the files and only when empty
     */
    record RegisterCleanup(List<String> files, List<String> directories) implements LifecycleStep {
        public RegisterCleanup {
            files = List.copyOf(files);
            directories = List.copyOf(directories);
        }

        static RegisterCleanup read(PlanReader in) {
            return new RegisterCleanup(in.takeTexts(), in.takeTexts());
        }

        @Override
        public StepKind kind() {
            return StepKind.REGISTER_CLEANUP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(files).putTexts(directories);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            context.setCleanup(Cleanup.of(linux, files, directories));
        }

        @Override
        public String describe() {
            return "remember to remove " + String.join(" ", directories);
        }
    }
}
