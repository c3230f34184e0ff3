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
 * What a command about containers works with.
 *
 * @param store where the containers are kept
 * @param started the waiting child stage, for a command that launches something
 * @param messages where it is told what went wrong
 * @param log where errors go too
 * @param args the words of the whole command line
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
     * @throws InvalidSpecException when there is none, for an ordinary user on the JVM
     */
    RunStage stage(String command) {
        RunStage stage = started.orElseThrow(
                () -> new InvalidSpecException(
                        command + " needs root on the JVM: without root it takes a"
                                + " user namespace, which a process with several threads cannot enter; that needs the native binary"));
        if (log.isDebugging()) {
            stage.logSteps(steps());
        }
        return stage;
    }

    /**
     * Where warnings go. An engine that has the errors in a log has the warnings there too: to its users, our standard error
     * is the container's.
     */
    PrintStream warnings() {
        return log.takesWarnings() ? LoggedWarnings.to(log) : messages;
    }

    /** The engine of this machine. */
    LocalEngine engine() {
        return new LocalEngine(new LaunchTools(linux, self, new StageSpawner(linux, self), store), warnings());
    }

    /** For a command that works with any engine. */
    EngineContext forEngine() {
        return new EngineContext(linux, self, engine(), messages, args);
    }

    /** Where traced steps go: whoever debugs wants them in the log. */
    StepLog steps() {
        return log.isDebugging() ? log::step : new PrintedSteps(messages);
    }

    /** Tells of an error, in one line. */
    void error(String message) {
        messages.println(Printable.line("rustyrun: " + message));
        log.error(message);
    }
}
