package dev.rustyrun.cli;

import dev.rustyrun.cli.common.ErrorLine;
import dev.rustyrun.cli.common.GroupedOptions;
import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.cli.common.StrictCommandLine;
import dev.rustyrun.cli.remote.ClientMain;
import dev.rustyrun.cli.remote.HostOption;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.RunStage;
import dev.rustyrun.stage.SelfExec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final Linux linux;
    private final SelfExec self;
    private final PrintStream messages;
    private ErrorLog log = new ErrorLog("", false, false);

    private CommandLineMain(Linux linux, SelfExec self, PrintStream messages) {
        this.linux = linux;
        this.self = self;
        this.messages = messages;
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] args) {
        SelfExec self = SelfExec.current();
        Linux linux;
        try {
            linux = Linux.host();
        } catch (UnsatisfiedLinkError e) {
            System.exit(withoutLibrary(args, e));
            return;
        }
        linux.openMissingStandardDescriptors();
        if (CompletionMain.isAsked(args)) {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
            CompletionMain.lines(
                            args,
                            words -> context(linux, self, words, nowhere),
                            words -> ClientMain.context(linux, self, words))
                    .forEach(line -> linux.writeAll(1, (line + "\n").getBytes(StandardCharsets.UTF_8)));
            linux.exit(0);
        }
        if (HostOption.isGiven(args)) {
            linux.exit(orUnwritten(ClientMain.execute(linux, self, () -> Commands.MODEL, args)));
        }
        linux.exit(orUnwritten(new CommandLineMain(linux, self, System.err).execute(args)));
    }

    /** Handles a missing native library, such as when only the executable was copied: help and version still work. */
    private static int withoutLibrary(String[] args, UnsatisfiedLinkError e) {
        try {
            ParseResult parsed = Commands.MODEL.parseArgs(args);
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return helped;
            }
            if (lastOf(parsed).commandSpec().userObject() instanceof VersionCommand) {
                VersionCommand.print();
                return 0;
            }
        } catch (ParameterException wrong) {
            // The missing library is the more important error.
        }
        System.err.println(Printable.line("rustyrun: " + e.getMessage()));
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
        Optional<RunStage> started = Optional.empty();
        try {
            Optional<String> launching = Launching.commandOf(args);
            if (launching.isPresent() && (linux.isRoot() || SelfExec.isNativeImage())) {
                started = Optional.of(RunStage.start(linux, self, List.of(args), messages));
            }
            if (HELP.stream().anyMatch(List.of(args)::contains)) {
                Commands.MODEL.setUsageHelpWidth(helpWidth());
            }
            ParseResult parsed = Commands.MODEL.parseArgs(args);
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped == null
                    && lastOf(parsed).commandSpec().userObject() instanceof CreateCommand create
                    && create.isOfImage(() -> linux.exists("config.json"))) {
                parsed = Commands.MODEL.parseArgs(Launching.asRun(args));
            }
            return helped != null ? helped : perform(parsed, started);
        } catch (LinuxException e) {
            return fail(e, args, EngineContext.FAILED);
        } catch (ParameterException e) {
            CommandSpec command = e.getCommandLine().getCommandSpec();
            int usual = statusOf(command);
            return fail(
                    e,
                    args,
                    command.userObject() instanceof ContainerCommand misused
                            ? misused.misused(List.of(args), usual)
                            : usual);
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
        int columns = linux.isTerminal(1) ? linux.windowSize(1).columns() : DEFAULT_WIDTH;
        return Math.min(Math.max(columns, MIN_WIDTH), MAX_WIDTH);
    }

    private int perform(ParseResult parsed, Optional<RunStage> stage) {
        try {
            RustyrunCommand root = (RustyrunCommand) parsed.commandSpec().userObject();
            log = root.global().errorLog();
            log.open();
            if (log.isDebugging()) {
                log.debug("rustyrun " + Build.VERSION + ", process " + linux.processId() + ": "
                        + String.join(" ", parsed.originalArgs()));
            }
            ParseResult last = lastOf(parsed);
            Object command = last.commandSpec().userObject();
            if (command instanceof ContainerCommand || command instanceof EngineContext.Command) {
                root.global().check();
                CommandContext context = new CommandContext(
                        linux, self, root.global().store(linux), stage, messages, log, parsed.originalArgs());
                return command instanceof ContainerCommand local
                        ? perform(local, context, last)
                        : EngineContext.perform(
                                (EngineContext.Command) command, context.forEngine(), statusOf(last.commandSpec()));
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
                    e,
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
    static Monitor.Launched detached(
            Linux linux, SelfExec self, List<String> words, String directory, RunCommand.Resolved values) {
        linux.changeDirectory(directory);
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        RustyrunCommand root = (RustyrunCommand) parsed.commandSpec().userObject();
        RunCommand run = (RunCommand) lastOf(parsed).commandSpec().userObject();
        CommandContext context = new CommandContext(
                linux,
                self,
                root.global().store(linux),
                Optional.empty(),
                System.err,
                root.global().errorLog(),
                words);
        return run.launched(context, values);
    }

    /** The context of a command with these arguments. */
    static EngineContext context(Linux linux, SelfExec self, List<String> words, PrintStream messages) {
        ParseResult parsed = Commands.MODEL.parseArgs(words.toArray(String[]::new));
        GlobalOptions global = ((RustyrunCommand) parsed.commandSpec().userObject()).global();
        return new CommandContext(
                        linux, self, global.store(linux), Optional.empty(), messages, global.errorLog(), words)
                .forEngine();
    }

    private static ParseResult lastOf(ParseResult parsed) {
        return parsed.hasSubcommand() ? lastOf(parsed.subcommand()) : parsed;
    }

    /** Prints a one-line error; with --debug also the stack trace. */
    private int fail(RuntimeException thrown, String[] args, int status) {
        Exception e = ErrorLine.cause(thrown);
        String line = Printable.line(ErrorLine.of(e));
        messages.println("rustyrun: " + line);
        log.error(line);
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
        }

        private Commands() {}
    }
}
