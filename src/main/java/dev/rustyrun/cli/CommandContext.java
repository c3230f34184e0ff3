package dev.rustyrun.cli;

import dev.rustyrun.container.CommandTools;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.ErrorLog;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.LocalEngine;
import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.engine.LocalRuntime;
import dev.rustyrun.spec.Spec;
import java.io.PrintStream;
import java.util.List;

/**
 * The environment of a local container command.
 *
 * @param store the container store
 * @param started the waiting stage, for a command that launches a process
 * @param messages receives notices
 * @param log receives errors, warnings and traced steps
 * @param args the arguments of the whole command line
 */
record CommandContext(
        OwnProcess process,
        ContainerStore store,
        WaitingStage started,
        PrintStream messages,
        ErrorLog log,
        List<String> args) {

    /**
     * The waiting stage.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when there is none
     */
    WaitingStage stage(String command) {
        return started.require(command, log);
    }

    /** Whether standard input is a terminal. */
    boolean readsTerminal() {
        return process.readsTerminal();
    }

    /** The size of the terminal of standard input, if it is one. */
    Spec.ConsoleSize terminalSize() {
        return process.inputSize();
    }

    /** Ends the waiting stage, because no launch follows. */
    void abandon() {
        started.abandon();
    }

    /** The objects for launches and operations on containers. */
    CommandTools tools() {
        return process.tools(store);
    }

    /** The resources of this machine for a launch. */
    LocalHost host() {
        return new LocalHost(tools());
    }

    /** The operations of an OCI runtime. */
    LocalRuntime runtime() {
        return new LocalRuntime(tools(), log);
    }

    /** The local engine. */
    LocalEngine engine() {
        return new LocalEngine(process.engineTools(store), log.warnings());
    }

    /** The context of a command that works with any engine. */
    EngineContext forEngine() {
        return new EngineContext(process, engine(), messages, args);
    }

    /** Prints an error in one line, and appends it to the log. */
    void error(String message) {
        log.error(message);
    }
}
