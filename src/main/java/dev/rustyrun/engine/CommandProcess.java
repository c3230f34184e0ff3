package dev.rustyrun.engine;

import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.WaitingStage;
import java.io.PrintStream;
import java.util.List;

/** The process of a command line. It can start the stage of a launch before it is known what is launched. */
public final class CommandProcess {

    private final OwnProcess own;
    private WaitingStage stage = WaitingStage.NONE;

    /** @param own this process */
    public CommandProcess(OwnProcess own) {
        this.own = own;
    }

    /**
     * Returns this process, after opening its missing standard descriptors.
     *
     * @throws UnsatisfiedLinkError when a native library is missing
     */
    public static CommandProcess current() {
        OwnProcess own = OwnProcess.current();
        own.openMissingStandardDescriptors();
        return new CommandProcess(own);
    }

    /**
     * Starts the stage of a launch, if this process can launch.
     *
     * @param arguments the arguments of this process, for a JVM that must first restart itself
     * @param messages output for errors and traces
     */
    public void startStage(List<String> arguments, PrintStream messages) {
        stage = WaitingStage.start(own, arguments, messages);
    }

    /**
     * The context of a local command.
     *
     * @param folder the folder of the containers' states; empty for the default
     * @param systemdMakesCgroups whether systemd makes the cgroups of new containers
     */
    public CommandContext context(
            String folder, boolean systemdMakesCgroups, PrintStream messages, ErrorLog log, List<String> args) {
        return new CommandContext(own, own.store(folder, systemdMakesCgroups), stage, messages, log, args);
    }

    /** The context of a command that works with {@code engine}. */
    public EngineContext context(Engine engine, PrintStream messages, List<String> args) {
        return new EngineContext(own, engine, messages, args);
    }

    /** The process id. */
    public int id() {
        return own.id();
    }

    /** The width of the terminal of standard output; {@code none} where it is not a terminal. */
    public int columns(int none) {
        return own.printsToTerminal() ? own.outputSize().width() : none;
    }

    /** Changes the working directory. */
    public void enter(String directory) {
        own.changeDirectory(directory);
    }

    /**
     * Writes to standard output.
     *
     * @throws dev.rustyrun.spec.OutputException when it cannot be written
     */
    public void print(byte[] bytes) {
        own.print(1, bytes);
    }

    /** Ends this process. */
    public void exit(int status) {
        own.exit(status);
    }
}
