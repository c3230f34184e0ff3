package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.oci.StateJson;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Hooks.Hook;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.step.HookRunner;
import dev.rustyrun.step.HookRunner.HookFailure;
import java.io.PrintStream;
import java.util.List;

/** Runs the hooks that run in the host's namespaces; runtime-spec config.md, "POSIX-platform Hooks". */
final class HookStage {

    private final HookRunner runner;

    HookStage(Linux linux) {
        this.runner = new HookRunner(linux);
    }

    /** The state that a hook receives. */
    static String state(ContainerState state, ContainerStatus status) {
        return StateJson.write(
                state.id(),
                status,
                state.pid(),
                state.origin().bundle(),
                state.origin().annotations());
    }

    /** Runs {@code hooks} of {@code kind} in their order, up to the first that fails. */
    void run(String kind, List<Hook> hooks, ContainerState state, ContainerStatus status) throws HookFailure {
        runner.runAll(kind, hooks, state(state, status));
    }

    /** Runs all poststop {@code hooks}; a hook that fails causes only a warning. */
    void runAll(List<Hook> hooks, ContainerState state, ContainerStatus status, PrintStream messages) {
        for (int i = 0; i < hooks.size(); i++) {
            try {
                runner.run(Hooks.name("poststop", i), hooks.get(i), state(state, status));
            } catch (HookFailure e) {
                messages.println(MessageLine.warning(e.getMessage()));
            }
        }
    }
}
