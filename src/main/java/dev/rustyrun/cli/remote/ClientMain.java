package dev.rustyrun.cli.remote;

import dev.rustyrun.cli.common.ErrorLine;
import dev.rustyrun.cli.common.GroupedOptions;
import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.cli.common.StrictCommandLine;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.OutputException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs a command line that {@link HostOption} has recognized as a client's. */
public final class ClientMain {

    private static final int OUTPUT_CLOSED = 128 + 13;

    private final Function<Engine, EngineContext> contexts;
    private final Supplier<CommandLine> local;
    private final PrintStream messages;
    private final boolean debug;

    private ClientMain(
            Function<Engine, EngineContext> contexts,
            Supplier<CommandLine> local,
            PrintStream messages,
            boolean debug) {
        this.contexts = contexts;
        this.local = local;
        this.messages = messages;
        this.debug = debug;
    }

    /**
     * Runs the command; returns the exit status.
     *
     * @param contexts the context of a command with this engine
     * @param local the command line without a server, which is only needed for some errors
     */
    public static int execute(Function<Engine, EngineContext> contexts, Supplier<CommandLine> local, String[] args) {
        int code = new ClientMain(contexts, local, System.err, List.of(args).contains("--debug")).execute(args);
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
            EngineContext context = contexts.apply(new RemoteEngine(server));
            return command instanceof EngineContext.Command common
                    ? EngineContext.perform(common, context, failed)
                    : ((RemoteCommand) command).perform(context, server);
        } catch (RuntimeException e) {
            return fail(ErrorLine.cause(e), failed);
        }
    }

    /** Prints a one-line error; with --debug also the stack trace. */
    private int fail(Exception e, int status) {
        if (e instanceof OutputException failure && failure.isClosed()) {
            return OUTPUT_CLOSED;
        }
        String line = e instanceof ParameterException wrong
                ? ErrorLine.ofClient(wrong, local.get(), "rustyrun --host URL")
                : ErrorLine.of(e);
        messages.println(MessageLine.error(line));
        if (debug) {
            e.printStackTrace(messages);
        }
        return status;
    }

    /** The model of the client's command line. */
    public static CommandLine model() {
        return Commands.MODEL;
    }

    /** The context of a command with these arguments. */
    public static EngineContext context(Function<Engine, EngineContext> contexts, List<String> words) {
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        ClientCommand root = (ClientCommand) parsed.commandSpec().userObject();
        return contexts.apply(new RemoteEngine(root.options().server()));
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
            StrictCommandLine.applyDefaults(MODEL);
        }

        private Commands() {}
    }
}
