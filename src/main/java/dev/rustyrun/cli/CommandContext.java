package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.LocalEngine;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.PrintedSteps;
import dev.rustyrun.stage.RunStage;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import dev.rustyrun.stage.StepLog;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * The environment of a local container command.
 *
 * @param store the container store
 * @param started the waiting child stage, for a command that launches a process
 * @param messages receives errors and notices
 * @param log the file that also receives errors
 * @param args the arguments of the whole command line
 */
record CommandContext(
        Linux linux,
        SelfExec self,
        ContainerStore store,
        Optional<RunStage> started,
        PrintStream messages,
        ErrorLog log,
        List<String> args) {

    /**
     * The waiting child stage.
     *
     * @throws InvalidSpecException when there is none: for a user other than root on the JVM
     */
    RunStage stage(String command) {
        RunStage stage = started.orElseThrow(
                () -> new InvalidSpecException(
                        command + " needs root on a JVM: without root it needs a"
                                + " user namespace, which a process with several threads cannot create; use the native executable"));
        if (log.isDebugging()) {
            stage.logSteps(steps());
        }
        return stage;
    }

    /**
     * Receives warnings. If an engine has given a log file, warnings go only there: the engine's users see standard
     * error as the container's output.
     */
    PrintStream warnings() {
        return log.takesWarnings() ? LoggedWarnings.to(log) : messages;
    }

    /** The local engine. */
    LocalEngine engine() {
        return new LocalEngine(new LaunchTools(linux, self, new StageSpawner(linux, self), store), warnings());
    }

    /** The context of a command that works with any engine. */
    EngineContext forEngine() {
        return new EngineContext(linux, self, engine(), messages, args);
    }

    /** Receives traced steps; with --debug they go to the log. */
    StepLog steps() {
        return log.isDebugging() ? log::step : new PrintedSteps(messages);
    }

    /** Prints an error in one line, and appends it to the log. */
    void error(String message) {
        messages.println(Printable.line("rustyrun: " + message));
        log.error(message);
    }
}
