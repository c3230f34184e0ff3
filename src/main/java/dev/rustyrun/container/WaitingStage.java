package dev.rustyrun.container;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.StepLog;
import dev.rustyrun.stage.RunStage;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** The stage of a launch that is started before the command line is parsed, so that both happen at the same time. */
public final class WaitingStage {

    /** For a command that launches nothing. */
    public static final WaitingStage NONE = new WaitingStage(Optional.empty());

    private final Optional<RunStage> stage;

    private WaitingStage(Optional<RunStage> stage) {
        this.stage = stage;
    }

    /**
     * Starts the stage, if this process can launch.
     *
     * @param arguments the arguments of this process, for a JVM that must first restart itself
     * @param messages output for errors and traces
     */
    public static WaitingStage start(OwnProcess process, List<String> arguments, PrintStream messages) {
        return process.isRoot() || OwnProcess.isNative()
                ? new WaitingStage(Optional.of(RunStage.start(process.linux(), process.self(), arguments, messages)))
                : NONE;
    }

    /**
     * This stage, if it was started.
     *
     * @param command the command that needs it
     * @throws InvalidSpecException when this process cannot launch: for a user other than root on the JVM
     */
    public WaitingStage require(String command) {
        if (stage.isEmpty()) {
            throw new InvalidSpecException(command + " needs root on a JVM: without root it needs a"
                    + " user namespace, which a process with several threads cannot create; use the native executable");
        }
        return this;
    }

    /** Sends the traced steps to {@code steps}. */
    public void logSteps(StepLog steps) {
        stage.ifPresent(started -> started.logSteps(steps));
    }

    /** Ends the stage, because no launch will follow. */
    public void abandon() {
        stage.ifPresent(RunStage::abandon);
    }

    /** Makes the command's terminal write line feeds without carriage returns. */
    public void withoutReturns() {
        stage.ifPresent(RunStage::withoutReturns);
    }

    RunStage stage() {
        return stage.orElseThrow();
    }
}
