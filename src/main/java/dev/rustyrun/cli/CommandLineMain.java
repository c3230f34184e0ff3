package dev.rustyrun.cli;

import dev.rustyrun.cli.common.ErrorLine;
import dev.rustyrun.cli.common.GroupedOptions;
import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.cli.common.StrictCommandLine;
import dev.rustyrun.cli.remote.ClientMain;
import dev.rustyrun.cli.remote.HostOption;
import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.CommandProcess;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.ErrorLog;
import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.ListenOptions;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.request.ServeRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.SupervisedLaunch;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Parses the command line and runs its command. Boots Quarkus only for commands that need it. */
public final class CommandLineMain {

    private static final List<String> HELP = List.of("help", "--help", "-h");
    private static final int DEFAULT_WIDTH = 80;
    private static final int MIN_WIDTH = 60;
    private static final int MAX_WIDTH = 120;

    private final CommandProcess process;
    private final Consumer<ServeRequest> service;
    private final PrintStream messages;
    private ErrorLog log;

    private CommandLineMain(CommandProcess process, Consumer<ServeRequest> service, PrintStream messages) {
        this.process = process;
        this.service = service;
        this.messages = messages;
        this.log = new ErrorLog(messages, "", false, false);
    }

    /**
     * Runs the command and exits with its status.
     *
     * @param service serves launches over HTTP, until the process receives SIGTERM or SIGINT
     */
    public static void main(String[] args, Consumer<ServeRequest> service) {
        CommandProcess process;
        try {
            process = CommandProcess.current();
        } catch (UnsatisfiedLinkError e) {
            System.exit(withoutLibrary(args, e));
            return;
        }
        process.exit(perform(process, service, args));
    }

    private static int perform(CommandProcess process, Consumer<ServeRequest> service, String[] args) {
        if (CompletionMain.isAsked(args)) {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
            CompletionMain.lines(
                            args,
                            words -> context(process, words, nowhere),
                            words -> ClientMain.context(engine -> remote(process, engine, nowhere, words), words))
                    .forEach(line -> process.print((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return 0;
        }
        if (HostOption.isGiven(args)) {
            return orUnwritten(ClientMain.execute(
                    engine -> remote(process, engine, System.err, List.of(args)), () -> Commands.MODEL, args));
        }
        return orUnwritten(new CommandLineMain(process, service, System.err).execute(args));
    }

    private static EngineContext remote(
            CommandProcess process, Engine engine, PrintStream messages, List<String> args) {
        return process.context(engine, messages, args);
    }

    /** Handles a missing native library, such as when only the executable was copied: help and version still work. */
    private static int withoutLibrary(String[] args, UnsatisfiedLinkError e) {
        try {
            ParseResult parsed = Commands.MODEL.parseArgs(args);
            Optional<Integer> helped = StrictCommandLine.helped(parsed);
            if (helped.isPresent()) {
                return helped.get();
            }
            if (lastOf(parsed).commandSpec().userObject() instanceof VersionCommand) {
                VersionCommand.print();
                return 0;
            }
        } catch (ParameterException wrong) {
            // The missing library is the more important error.
        }
        System.err.println(MessageLine.error(e.getMessage()));
        return EngineContext.FAILED;
    }

    /** Returns {@code code}, or a failure if a successful command could not write its output. */
    private static int orUnwritten(int code) {
        if (code == 0 && System.out.checkError()) {
            System.err.println("rustyrun: standard output cannot be written: it is closed, or there is no space left");
            System.err.flush();
            return EngineContext.FAILED;
        }
        return code;
    }

    private int execute(String[] args) {
        try {
            if (Launching.commandOf(args).isPresent()) {
                process.startStage(List.of(args), messages);
            }
            if (HELP.stream().anyMatch(List.of(args)::contains)) {
                Commands.MODEL.setUsageHelpWidth(helpWidth());
            }
            ParseResult parsed = Commands.MODEL.parseArgs(args);
            Optional<Integer> helped = StrictCommandLine.helped(parsed);
            if (helped.isEmpty()
                    && lastOf(parsed).commandSpec().userObject() instanceof CreateCommand create
                    && create.isOfImage(() -> Files.exists(Path.of("config.json")))) {
                parsed = Commands.MODEL.parseArgs(Launching.asRun(args));
            }
            return helped.isPresent() ? helped.get() : perform(parsed);
        } catch (ParameterException e) {
            CommandSpec command = e.getCommandLine().getCommandSpec();
            int usual = statusOf(command);
            return fail(
                    e,
                    args,
                    command.userObject() instanceof ContainerCommand misused
                            ? misused.misused(List.of(args), usual)
                            : usual);
        } catch (RuntimeException e) {
            return fail(e, args, EngineContext.FAILED);
        } catch (Error e) {
            if (!String.valueOf(e.getMessage()).contains("current working directory")) {
                throw e;
            }
            messages.println(
                    "rustyrun: the working directory was deleted, so relative paths do not work: ENOENT (No such file"
                            + " or directory); change to another directory");
            return EngineContext.FAILED;
        } finally {
            messages.flush();
            System.out.flush();
        }
    }

    private int helpWidth() {
        return Math.min(Math.max(process.columns(DEFAULT_WIDTH), MIN_WIDTH), MAX_WIDTH);
    }

    private int perform(ParseResult parsed) {
        try {
            RustyrunCommand root = (RustyrunCommand) parsed.commandSpec().userObject();
            log = root.global().errorLog(messages);
            log.open();
            if (log.isDebugging()) {
                log.debug("rustyrun " + Build.VERSION + ", process " + process.id() + ": "
                        + String.join(" ", parsed.originalArgs()));
            }
            ParseResult last = lastOf(parsed);
            Object command = last.commandSpec().userObject();
            if (command instanceof ContainerCommand || command instanceof EngineContext.Command) {
                root.global().check();
                CommandContext context = root.global().context(process, messages, log, parsed.originalArgs());
                return command instanceof ContainerCommand local
                        ? perform(local, context, last)
                        : EngineContext.perform(
                                (EngineContext.Command) command, context.forEngine(), statusOf(last.commandSpec()));
            }
            if (command instanceof ServeCommand serve) {
                service.accept(serve.request());
                return 0;
            }
            return new CommandLine.RunLast().execute(parsed);
        } catch (RuntimeException e) {
            return fail(
                    e,
                    parsed.originalArgs().toArray(String[]::new),
                    statusOf(lastOf(parsed).commandSpec()));
        }
    }

    private int perform(ContainerCommand command, CommandContext context, ParseResult parsed) {
        try {
            return command.perform(context);
        } catch (RuntimeException e) {
            return fail(
                    context.explained(e),
                    parsed.originalArgs().toArray(String[]::new),
                    command.failed(context, statusOf(parsed.commandSpec())));
        }
    }

    /** The exit status of the command when Rustyrun itself fails. */
    private static int statusOf(CommandSpec command) {
        return command.exitCodeOnInvalidInput();
    }

    /**
     * Parses {@code words}, the arguments of the process that created a detached container, in its working directory
     * {@code directory}, and returns the launch for the container's monitor.
     *
     * @param values the values that were resolved when the container was created
     * @throws InvalidSpecException when the launch is no longer possible
     */
    static SupervisedLaunch detached(
            CommandProcess process, List<String> words, String directory, LocalSpec.Resolved values) {
        process.enter(directory);
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        RustyrunCommand root = (RustyrunCommand) parsed.commandSpec().userObject();
        RunCommand run = (RunCommand) lastOf(parsed).commandSpec().userObject();
        CommandContext context =
                root.global().context(process, System.err, root.global().errorLog(System.err), words);
        return run.launched(context, values);
    }

    /** The context of a command with these arguments. */
    static EngineContext context(CommandProcess process, List<String> words, PrintStream messages) {
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        GlobalOptions global = ((RustyrunCommand) parsed.commandSpec().userObject()).global();
        return global.context(process, messages, global.errorLog(messages), words)
                .forEngine();
    }

    private static ParseResult lastOf(ParseResult parsed) {
        return parsed.hasSubcommand() ? lastOf(parsed.subcommand()) : parsed;
    }

    /** Prints a one-line error; with --debug also the stack trace. */
    private int fail(RuntimeException thrown, String[] args, int status) {
        Exception e = ErrorLine.cause(thrown);
        log.error(ErrorLine.of(e));
        if (List.of(args).contains("--debug")) {
            e.printStackTrace(messages);
        }
        return status;
    }

    /**
     * The model of the command line, in a separate class: a native image builds it at build time, which avoids
     * reflection at run time, and a JVM creates it only after the next stage was started.
     */
    static final class Commands {

        /**
         * Commands that pass the words after their first argument on: in "run --rootfs DIR ls -t", the option -t
         * belongs to ls.
         */
        private static final Set<String> OWN_WORDS = Set.of("run", "exec", "ps");

        static final CommandLine MODEL =
                StrictCommandLine.of(new RustyrunCommand()).setStopAtPositional(true);

        static {
            RequestOptions.local(MODEL.getSubcommands().get("run"));
            GroupedOptions.in(
                    MODEL.getSubcommands().get("run"),
                    Map.of(
                            BundleOptions.class, "From a bundle",
                            DetachOptions.class, "From a bundle",
                            FamiliarOptions.class, FamiliarOptions.HEADING,
                            ImageOptions.class, "From an image",
                            StorageOptions.class, "Files and devices",
                            NamespaceOptions.class, "Namespaces",
                            PrivilegeOptions.class, "Privileges",
                            LimitOptions.class, "Limits",
                            OutcomeOptions.class, "Timeout and result"),
                    "Options");
            GroupedOptions.in(
                    MODEL.getSubcommands().get("create"),
                    Map.of(BundleOptions.class, "From a bundle", DetachOptions.class, "From a bundle"),
                    "Options");
            GroupedOptions.in(
                    MODEL.getSubcommands().get("exec"),
                    Map.of(
                            ExecOptions.class, ExecOptions.HEADING,
                            ExecProcessOptions.class, "Privileges",
                            DetachOptions.class, "For a caller that is a program"),
                    "Options");
            GroupedOptions.in(
                    MODEL.getSubcommands().get("serve"), Map.of(ListenOptions.class, "Who can connect"), "Options");
            MODEL.getSubcommands().forEach((name, command) -> {
                command.setStopAtPositional(OWN_WORDS.contains(name));
                // Created here so that it is part of the native image; created later, it would need reflection.
                command.getCommand();
                command.getSubcommands().values().forEach(CommandLine::getCommand);
            });
            // Arguments that create does not know are passed to run, and those after them belong to the command in the
            // container.
            MODEL.getSubcommands()
                    .get("create")
                    .setUnmatchedArgumentsAllowed(true)
                    .setStopAtUnmatched(true);
            KillArguments.allowShort(MODEL.getSubcommands().get("kill"));
            StrictCommandLine.applyDefaults(MODEL);
        }

        private Commands() {}
    }
}
