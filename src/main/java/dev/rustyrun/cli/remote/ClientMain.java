package dev.rustyrun.cli.remote;

import dev.rustyrun.cli.common.ErrorLine;
import dev.rustyrun.cli.common.GroupedOptions;
import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.cli.common.StrictCommandLine;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.stage.SelfExec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs a command line that {@link HostOption} has recognized as a client's. */
public final class ClientMain {

    private static final int OUTPUT_CLOSED = 128 + 13;

    private final Linux linux;
    private final SelfExec self;
    private final Supplier<CommandLine> local;
    private final PrintStream messages;
    private final boolean debug;

    private ClientMain(Linux linux, SelfExec self, Supplier<CommandLine> local, PrintStream messages, boolean debug) {
        this.linux = linux;
        this.self = self;
        this.local = local;
        this.messages = messages;
        this.debug = debug;
    }

    /**
     * Runs the command; returns the exit status.
     *
     * @param local the command line without a server, which is only needed for some errors
     */
    public static int execute(Linux linux, SelfExec self, Supplier<CommandLine> local, String[] args) {
        int code = new ClientMain(linux, self, local, System.err, List.of(args).contains("--debug")).execute(args);
        System.err.flush();
        System.out.flush();
        return code;
    }

    private int execute(String[] args) {
        return Commands.MODEL
                .setExecutionStrategy(this::perform)
                .setParameterExceptionHandler((e, ignored) ->
                        fail(e, e.getCommandLine().getCommandSpec().exitCodeOnInvalidInput()))
                .setExecutionExceptionHandler(
                        (e, command, parsed) -> fail(e, command.getCommandSpec().exitCodeOnInvalidInput()))
                .execute(args);
    }

    private int perform(ParseResult parsed) {
        ParseResult last = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
        int failed = last.commandSpec().exitCodeOnInvalidInput();
        try {
            Object command = last.commandSpec().userObject();
            if (last.isUsageHelpRequested()
                    || !(command instanceof EngineContext.Command || command instanceof RemoteCommand)) {
                return new CommandLine.RunLast().execute(parsed);
            }
            ClientCommand root = (ClientCommand) parsed.commandSpec().userObject();
            Server server = root.options().server();
            EngineContext context =
                    new EngineContext(linux, self, new RemoteEngine(server), messages, parsed.originalArgs());
            return command instanceof EngineContext.Command common
                    ? EngineContext.perform(common, context, failed)
                    : ((RemoteCommand) command).perform(context, server);
        } catch (RuntimeException e) {
            return fail(ErrorLine.cause(e), failed);
        }
    }

    /** Prints a one-line error; with --debug also the stack trace. */
    private int fail(Exception e, int status) {
        if (e instanceof LinuxException failure && failure.errno() == Errno.EPIPE) {
            return OUTPUT_CLOSED;
        }
        String line = e instanceof ParameterException wrong
                ? ErrorLine.ofClient(wrong, local.get(), "rustyrun --host URL")
                : ErrorLine.of(e);
        messages.println("rustyrun: " + Printable.line(line));
        if (debug) {
            e.printStackTrace(messages);
        }
        return status;
    }

    /** The model of the client's command line. */
    public static CommandLine model() {
        return Commands.MODEL;
    }

    /** The context of a command with these arguments; its messages are discarded. */
    public static EngineContext context(Linux linux, SelfExec self, List<String> words) {
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        ClientCommand root = (ClientCommand) parsed.commandSpec().userObject();
        return new EngineContext(
                linux,
                self,
                new RemoteEngine(root.options().server()),
                new PrintStream(OutputStream.nullOutputStream()),
                words);
    }

    /** In a separate class so that a native image builds the model at build time. */
    static final class Commands {

        // Options after the command's name belong to the command.
        static final CommandLine MODEL =
                StrictCommandLine.of(new ClientCommand()).setStopAtPositional(true);

        static {
            CommandLine run = MODEL.getSubcommands().get("run");
            RequestOptions.atService(run);
            GroupedOptions.in(run, Map.of(FamiliarOptions.class, FamiliarOptions.HEADING), "Options");
            GroupedOptions.in(
                    MODEL.getSubcommands().get("exec"), Map.of(ExecOptions.class, ExecOptions.HEADING), "Options");
            MODEL.getSubcommands()
                    .forEach((name, command) -> command.setStopAtPositional(name.equals("run") || name.equals("exec")));
            KillArguments.allowShort(MODEL.getSubcommands().get("kill"));
        }

        private Commands() {}
    }
}
