package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cli.common.CommandWords;
import dev.rustyrun.container.BundleRun;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.engine.LocalEngine;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.RunStage;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.plan.PlanPrinter;
import dev.rustyrun.request.CommandOptions;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun run}: runs a command in a new container and exits as it does. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 125,
        customSynopsis = {
            "rustyrun run [OPTIONS] --rootfs DIR CMD [ARGS...]",
            "       rustyrun run [OPTIONS] --rootfs DIR --command CMD [ARGS...]",
            "       rustyrun run [OPTIONS] --bundle DIR ID"
        },
        description = "Runs a command in a new container and exits as it does.",
        sortOptions = false,
        footer = {
            "",
            "Exit status: the command's; 128 + N when signal N ended it; 127 when it does not exist,",
            "126 when it cannot be executed, 125 when Rustyrun itself failed.",
            "",
            "Examples:",
            "  rustyrun run --rootfs ./busybox /bin/sh",
            "  rustyrun run --rootfs ./busybox --net host --volume $PWD:/work:ro ls /work",
            "  rustyrun run --rootfs / --memory 256m --timeout 60 make test",
            "  rustyrun run --rootfs ./busybox --explain /bin/true",
            "  rustyrun run --bundle /bundle web"
        })
final class RunCommand implements ContainerCommand {

    /** Bytes of output that are kept of a detached one. */
    private static final int MAX_LOG = 16 * 1024 * 1024;

    @Option(
            names = "--rootfs",
            paramLabel = "DIR",
            defaultValue = Option.NULL_VALUE,
            description = "The root file system, a directory; / is the host's own tree, left as it is.")
    private String rootfs;

    @Mixin
    private BundleOptions bundle;

    @Option(
            names = {"-d", "--detach"},
            description = "Print its id and do not wait for its end; logs, attach, wait, stop and delete take the id.")
    private boolean detach;

    @Option(names = "--keep", description = "With a bundle: leave the container, stopped, until it is deleted.")
    private boolean keep;

    @Option(
            names = "--command",
            paramLabel = "CMD [ARGS...]",
            arity = "1",
            preprocessor = CommandWords.class,
            description = "The command; all words after it are its arguments. Last option.")
    private List<String> command = List.of();

    @Parameters(
            paramLabel = "CMD [ARGS...]",
            arity = "0..*",
            description = "The command, instead of --command; with a bundle, the container's id.")
    private List<String> words = List.of();

    @Option(
            names = "--name",
            paramLabel = "ID",
            defaultValue = "",
            description = "The container's id (default: a new one).")
    private String name;

    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            defaultValue = SpecDefaults.HOSTNAME,
            description = "Its host name (default: ${DEFAULT-VALUE}).")
    private String hostname;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            defaultValue = Option.NULL_VALUE,
            description =
                    "The command's working directory, made when missing (default: /; with --rootfs / the caller's).")
    private String workdir;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            defaultValue = "0",
            description = "Who runs the command: names from the rootfs's /etc/passwd, or numbers (default: 0).")
    private String user;

    @Option(
            names = {"-t", "--tty"},
            negatable = true,
            defaultValue = Option.NULL_VALUE,
            fallbackValue = "true",
            description = "Give the command a terminal, or not (default: when stdin is one).")
    private Boolean tty;

    @Option(names = "--init", description = "Keep a small init as PID 1 that reaps orphans and passes signals on.")
    private boolean init;

    @Mixin
    private CommandOptions options;

    @Mixin
    private StorageOptions storage;

    @Mixin
    private NamespaceOptions namespaces;

    @Mixin
    private PrivilegeOptions privileges;

    @Mixin
    private LimitOptions limits;

    @Mixin
    private OutcomeOptions outcome;

    @Option(names = "--explain", description = "Print every step of the launch instead of performing it.")
    private boolean explain;

    @Option(names = "--trace", description = "Report each step and its time on stderr.")
    private boolean trace;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public int perform(CommandContext context) {
        try {
            if (rootfs == null) {
                return runBundle(context);
            }
            if (bundle.isGiven() || keep) {
                throw new InvalidSpecException("--rootfs and " + (keep ? "--keep, which is for a bundle" : "--bundle")
                        + ": a container comes from one of them");
            }
            if (!detach || explain) {
                return runRootfs(context);
            }
        } catch (RuntimeException | Error e) {
            context.started().ifPresent(RunStage::abandon);
            throw e;
        }
        // Its monitor starts stages of its own.
        context.started().ifPresent(RunStage::abandon);
        return runDetached(context);
    }

    private int runBundle(CommandContext context) {
        if (words.size() != 1 || !command.isEmpty()) {
            throw new InvalidSpecException(
                    bundle.isGiven()
                            ? "run --bundle DIR takes one word more, the container's id"
                            : "what to run is missing: give --rootfs DIR and a command, or --bundle DIR and an id");
        }
        RunStage stage = context.stage("run");
        Outcome ended = new BundleRun(
                        context.linux(), context.self(), context.store(), context.warnings(), context.steps())
                .run(words.get(0), bundle.read(context.linux()), bundle.createOptions(context), detach, keep, stage);
        return tell(ended, context);
    }

    private int runRootfs(CommandContext context) {
        outcome.check();
        Launch launch = new Launch(context.linux(), context.self(), context.store(), spec(context));
        if (explain) {
            Launch.Explanation explained = launch.explain(name);
            System.out.print(PlanPrinter.print(explained.cgroup(), explained.plan()));
            return 0;
        }
        RunStage stage = context.stage("run");
        launch.warning()
                .ifPresent(warning -> context.warnings().println(Printable.line("rustyrun: warning: " + warning)));
        context.linux().releaseProgramPages();
        boolean traced = trace || context.log().isDebugging();
        String id = name;
        if (outcome.wantsId()) {
            id = name.isEmpty() ? context.store().newId() : name;
            outcome.writeId(context.linux(), id);
        }
        boolean done = false;
        try {
            Outcome ended = launch.run(id, stage.sparing(), traced, outcome.timeoutMillis());
            done = ended.reason() != Outcome.Reason.SETUP_FAILED;
            return tell(ended, context);
        } finally {
            if (!done) {
                outcome.removeId();
            }
        }
    }

    private int runDetached(CommandContext context) {
        outcome.checkDetached();
        if (trace) {
            throw new InvalidSpecException("--trace reports to who waits for the container; leave --detach out");
        }
        Spec spec = spec(context);
        new Launch(context.linux(), context.self(), context.store(), spec);
        Linux linux = context.linux();
        WindowSize size = spec.process().terminal() && linux.isTerminal(0) ? linux.windowSize(0) : new WindowSize(0, 0);
        ObjectNode asked =
                JsonNodeFactory.instance.objectNode().put("rootfs", spec.root().path());
        spec.process().args().forEach(asked.putArray("command")::add);
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        resolved.set(LocalEngine.FILES, LaunchedWith.of(spec).json());
        MonitorMain.write(resolved, context.args(), Path.of("").toAbsolutePath().toString());
        NewContainer wanted = new NewContainer(
                options.labels(),
                spec.process().terminal(),
                size.rows(),
                size.columns(),
                options.isInteractive(),
                MAX_LOG,
                options.removes(),
                asked,
                resolved);
        String[] id = {""};
        boolean made = false;
        try {
            Optional<JsonNode> failure = context.engine().start(name, wanted, given -> {
                id[0] = given;
                if (outcome.wantsId()) {
                    outcome.writeId(linux, given);
                }
            });
            made = failure.isEmpty();
            if (failure.isPresent()) {
                context.error(failure.get().path("message").asText());
                return failure.get().path("exitCode").asInt();
            }
        } finally {
            if (!made) {
                outcome.removeId();
            }
        }
        try {
            linux.writeAll(1, (id[0] + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            // Nobody would know of it.
            context.engine().delete(id[0], true);
            outcome.removeId();
            throw new InvalidSpecException("the container's id cannot be printed: " + Errno.describe(e.errno())
                    + "; the container is deleted");
        }
        return 0;
    }

    /** What it is launched with by the process that watches it, when it is detached. */
    Monitor.Launched launched(CommandContext context) {
        return new Monitor.Launched(spec(context), outcome.timeoutMillis());
    }

    private int tell(Outcome ended, CommandContext context) {
        if (!ended.message().isEmpty()) {
            context.error(ended.message());
        }
        outcome.write(context.linux(), ended).ifPresent(context::error);
        return ended.exitCode();
    }

    private String workdir(boolean wholeHost) {
        if (workdir != null) {
            return workdir;
        }
        return wholeHost ? Path.of("").toAbsolutePath().toString() : "/";
    }

    private Spec spec(CommandContext context) {
        Linux linux = context.linux();
        boolean wholeHost = rootfs.equals("/");
        List<String> words = options.words(command.isEmpty() ? this.words : command);
        RootfsDirectory directory = RootfsDirectory.at(linux, rootfs);
        if (!storage.bringsFiles() && !words.isEmpty()) {
            directory.checkTree(words.get(0));
        }
        Users.Account account = Users.of(directory).find(user, privileges.groups(), privileges.umask());
        boolean terminal = tty != null ? tty : !detach && linux.isTerminal(0);
        SpecBuilder spec = new SpecBuilder(directory.path(), words)
                .hostname(hostname)
                .cwd(workdir(wholeHost))
                .user(account.user())
                .terminal(terminal)
                .env(SpecDefaults.PATH)
                .env("HOSTNAME=" + hostname)
                .env("HOME=" + account.home());
        if (terminal) {
            spec.env("TERM=" + Optional.ofNullable(System.getenv("TERM")).orElse("xterm"));
        }
        options.variables().words().forEach(spec::env);
        options.labels().forEach(spec::annotation);
        limits.addTo(spec, linux);
        storage.addTo(spec, linux, wholeHost);
        namespaces.addTo(spec, linux, context.store());
        privileges.addTo(spec, linux, account.user());
        if (init) {
            spec.annotation(Spec.INIT_ANNOTATION, "true");
        }
        Spec made = spec.build();
        privileges.check(made, linux);
        return made;
    }
}
