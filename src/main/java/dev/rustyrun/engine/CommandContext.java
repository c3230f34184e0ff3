package dev.rustyrun.engine;

import dev.rustyrun.container.CommandTools;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.NoSuchContainerException;
import dev.rustyrun.container.OutcomeJson;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import java.io.PrintStream;
import java.util.List;

/**
 * The environment of a local container command.
 *
 * @param store the container store
 * @param started the waiting stage of a command that probably launches a process
 * @param messages receives notices
 * @param log receives errors, warnings and traced steps
 * @param args the arguments of the whole command line
 */
public record CommandContext(
        OwnProcess process,
        ContainerStore store,
        WaitingStage started,
        PrintStream messages,
        ErrorLog log,
        List<String> args) {

    /**
     * The waiting stage. It is started now if the command line did not look like a launch, as when a word of the
     * container's command looks like a request for help.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when this process cannot launch
     */
    WaitingStage stage(String command) {
        WaitingStage waiting = started == WaitingStage.NONE ? WaitingStage.start(process, args, messages) : started;
        WaitingStage stage = waiting.require(command);
        if (log.isDebugging()) {
            stage.logSteps(log.steps());
        }
        return stage;
    }

    /** Whether standard input is a terminal. */
    public boolean readsTerminal() {
        return process.readsTerminal();
    }

    /** The size of the terminal of standard input, if it is one. */
    public Spec.ConsoleSize terminalSize() {
        return process.inputSize();
    }

    /** Ends the waiting stage, because no launch follows. */
    public void abandon() {
        started.abandon();
    }

    /** The objects for launches and operations on containers. */
    CommandTools tools() {
        return process.tools(store);
    }

    /** The resources of this machine for a launch. */
    public LocalHost host() {
        return new LocalHost(tools());
    }

    /** The operations of an OCI runtime. */
    public LocalRuntime runtime() {
        return new LocalRuntime(this);
    }

    /**
     * A launch that this command waits for.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when {@code spec} is not valid
     */
    public ForegroundLaunch launch(Spec spec) {
        return new ForegroundLaunch(this, spec);
    }

    /** A command in the running container {@code id}. */
    public LocalExec exec(String id) {
        return new LocalExec(this, id);
    }

    /** The local engine. */
    public LocalEngine engine() {
        return new LocalEngine(process.engineTools(store), log.warnings());
    }

    /**
     * The error to report for {@code e}. The store does not have a detached container that has ended, so the error is its
     * status instead of that it does not exist.
     */
    public RuntimeException explained(RuntimeException e) {
        if (e instanceof NoSuchContainerException missing) {
            try {
                engine().checkRuns(missing.id());
            } catch (ContainerException ended) {
                return ended;
            }
        }
        return e;
    }

    /** The context of a command that works with any engine. */
    public EngineContext forEngine() {
        return new EngineContext(process, engine(), messages, args);
    }

    /** An id that no container has. */
    public String newId() {
        return store.newId();
    }

    /** Whether systemd makes the cgroups of new containers. */
    public boolean systemdMakesCgroups() {
        return store.systemdMakesCgroups();
    }

    /**
     * Writes a result as JSON.
     *
     * @param option the option that names the file, for messages
     * @throws dev.rustyrun.spec.InvalidSpecException when the file cannot be written
     */
    public static void writeResult(String option, String file, Outcome outcome) {
        GivenFile.replace(option, file, OutcomeJson.write(outcome));
    }

    /** Prints an error in one line, and appends it to the log. */
    public void error(String message) {
        log.error(message);
    }
}
