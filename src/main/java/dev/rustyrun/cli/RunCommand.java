package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.BundleRun;
import dev.rustyrun.container.ContainerId;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.ImageLaunch;
import dev.rustyrun.engine.LocalEngine;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.plan.PlanPrinter;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.request.Variable;
import dev.rustyrun.request.Volume;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.stage.RunStage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun run}: runs a command in a new container and exits with its status. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 125,
        customSynopsis = {
            "rustyrun run [OPTIONS] IMAGE [CMD [ARGS...]]",
            "       rustyrun run [OPTIONS] --rootfs DIR CMD [ARGS...]",
            "       rustyrun run [OPTIONS] --rootfs DIR --command CMD [ARGS...]",
            "       rustyrun run [OPTIONS] --bundle DIR ID"
        },
        description = "Run a command in a new container and exit with its status.",
        sortOptions = false,
        footer = {
            "",
            "Exit status: the command's; 128 + N when signal N ended it; 127 when it does not exist, 126 when it cannot be"
                    + " executed, 125 when Rustyrun itself failed.",
            "",
            "Examples:",
            "  rustyrun run alpine",
            "  rustyrun run --rootfs ./busybox /bin/sh",
            "  rustyrun run --rootfs ./busybox --net host --volume $PWD:/work:ro ls /work",
            "  rustyrun run --rootfs / --memory 256m --timeout 60 make test",
            "  rustyrun run --rootfs ./busybox --explain /bin/true",
            "  rustyrun run --bundle /bundle web"
        })
final class RunCommand implements ContainerCommand {

    /** The hidden option by which {@code create} with an image becomes a {@code run}. */
    static final String CREATED = "--created";

    /** Maximum size of the log of a detached container, in bytes. */
    private static final int MAX_LOG = 16 * 1024 * 1024;

    @CommandLine.Spec
    private CommandSpec command;

    @Mixin
    private LaunchRequest request;

    @Mixin
    private ContainerRequest container;

    @Mixin
    private BundleOptions bundle;

    @Option(
            names = {"-d", "--detach"},
            description =
                    "Print the container's id and do not wait for its end; logs, attach, wait, stop and delete take the id.")
    private boolean detach;

    @Option(names = "--keep", description = "Keep the stopped container and its files until it is deleted.")
    private boolean keep;

    @Parameters(
            paramLabel = "CMD [ARGS...]",
            arity = "0..*",
            description =
                    "An image and a command; with --rootfs only a command, instead of --command; with --bundle the"
                            + " container's id.")
    private List<String> words = List.of();

    @Option(
            names = "--name",
            paramLabel = "ID",
            defaultValue = "",
            description = "Set the container's id (default: a new one).")
    private String name;

    @Mixin
    private FamiliarOptions options;

    @Mixin
    private ImageOptions images;

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

    private boolean fromImage;
    private Optional<Resolved> resolvedBefore = Optional.empty();

    @Option(names = CREATED, hidden = true, description = "Wait for start.")
    private boolean created;

    /**
     * Values that were resolved when the container was created. A container that is started later, maybe by another
     * process, uses the same values.
     *
     * @param image the digest of the image's manifest; empty without an image
     * @param variables environment variables as NAME=VALUE
     */
    record Resolved(String image, List<String> variables) {}

    @Option(names = "--explain", description = "Print every step of the launch instead of applying it.")
    private boolean explain;

    @Option(names = "--why", description = "With --explain: also print why each step exists.")
    private boolean why;

    @Option(names = "--trace", description = "Report each step and its time on stderr.")
    private boolean trace;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public boolean launches() {
        return true;
    }

    @Override
    public int perform(CommandContext context) {
        try {
            if (isImage()) {
                refuseToGuess(context);
            } else if (request.rootfs().isEmpty()) {
                return runBundle(context);
            } else {
                images.checkNone(request);
            }
            bundle.checkNone();
            if (keep && options.removes()) {
                throw new InvalidSpecException("--keep and --rm cannot be used together");
            }
            if (why && !explain) {
                throw new InvalidSpecException("--why requires --explain");
            }
            if (!detach && !created || explain) {
                return runRootfs(context);
            }
        } catch (RuntimeException | Error e) {
            context.started().ifPresent(RunStage::abandon);
            throw e;
        }
        // The monitor starts its own stages.
        context.started().ifPresent(RunStage::abandon);
        return runDetached(context);
    }

    /** In runc, a single word in a bundle's directory is a container id; here it would be pulled as an image. */
    private void refuseToGuess(CommandContext context) {
        if (!created && words.size() == 1 && ContainerId.isId(words.get(0)) && BundleOptions.isHere(context.linux())) {
            throw new InvalidSpecException("this directory is a bundle: pass --bundle . to run it as \"" + words.get(0)
                    + "\", or name the image with its tag, as in " + words.get(0) + ":latest");
        }
    }

    private int runBundle(CommandContext context) {
        if (bundle.isGiven()) {
            checkForBundle();
        }
        if (words.size() != 1 || !request.command().isEmpty()) {
            throw new InvalidSpecException(
                    bundle.isGiven()
                            ? "run --bundle DIR needs one more argument: the container id"
                            : "nothing to run: pass --rootfs DIR and a command, or --bundle DIR and a container id");
        }
        RunStage stage = context.stage("run");
        Outcome ended = new BundleRun(
                        context.linux(), context.self(), context.store(), context.warnings(), context.steps())
                .run(
                        words.get(0),
                        bundle.read(context.linux()),
                        bundle.createOptions(context, trace),
                        detach,
                        keep,
                        stage);
        int code = tell(ended, context);
        return ended.reason() == Outcome.Reason.SETUP_FAILED ? EngineContext.RUNC_FAILED : code;
    }

    private void checkForBundle() {
        if (created) {
            InapplicableOptions.checkCreatedBundle(command);
        }
        InapplicableOptions.checkBundle(command);
        if (options.removes() && (keep || detach)) {
            throw new InvalidSpecException("--rm cannot be used with --keep, or with --detach and a bundle; such a"
                    + " container remains until it is deleted");
        }
        if (detach) {
            outcome.checkDetached();
        } else {
            outcome.check();
        }
    }

    @Override
    public int failed(CommandContext context, int usual) {
        return bundle.isGiven() ? EngineContext.RUNC_FAILED : usual;
    }

    @Override
    public int misused(List<String> words, int usual) {
        return BundleOptions.isNamedIn(words) ? EngineContext.RUNC_FAILED : usual;
    }

    private int runRootfs(CommandContext context) {
        outcome.check();
        long timeoutMillis = request.timeoutMillis();
        Spec spec = spec(context);
        if (keep && spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)) {
            throw new InvalidSpecException(
                    "--keep and --ephemeral cannot be used together: changes are in memory and are discarded at the end");
        }
        Launch launch = new Launch(context.linux(), context.self(), context.store(), spec);
        if (explain) {
            Launch.Explanation explained = launch.explain(name);
            System.out.print(PlanPrinter.print(explained.cgroup(), explained.plan(), why));
            return 0;
        }
        if (isImage() && !name.isEmpty()) {
            // A detached container that has ended still uses this id.
            context.engine().checkFree(name);
        }
        RunStage stage = context.stage("run");
        launch.warning()
                .ifPresent(warning -> context.warnings().println(Printable.line("rustyrun: warning: " + warning)));
        boolean traced = trace || context.log().isDebugging();
        String id = name;
        if (outcome.wantsId()) {
            id = name.isEmpty() ? context.store().newId() : name;
            outcome.writeId(context.linux(), id);
        }
        boolean done = false;
        try {
            Outcome ended = (keep ? launch.keeping() : launch).run(id, stage, traced, timeoutMillis);
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
        request.timeoutMillis();
        if (trace) {
            throw new InvalidSpecException("--trace cannot be used with --detach");
        }
        Spec spec = spec(context);
        Launch launch = new Launch(context.linux(), context.self(), context.store(), spec);
        Linux linux = context.linux();
        WindowSize size = spec.process().terminal() && linux.isTerminal(0) ? linux.windowSize(0) : new WindowSize(0, 0);
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        if (isImage()) {
            asked.put("image", words.get(0));
        } else {
            asked.put("rootfs", spec.root().path());
        }
        spec.process().args().forEach(asked.putArray("command")::add);
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        resolved.set(LocalEngine.FILES, LaunchedWith.of(spec).json());
        MonitorMain.write(
                resolved,
                context.args(),
                Path.of("").toAbsolutePath().toString(),
                new Resolved(
                        spec.root().image().map(Spec.Image::name).orElse(""),
                        request.env().stream().map(Variable::word).toList()));
        String token = created ? UUID.randomUUID().toString() : "";
        if (created) {
            resolved.put(NewContainer.WAITS, token);
        }
        NewContainer wanted = new NewContainer(
                isImage() ? new TreeMap<>(spec.labels()) : container.labels(),
                spec.process().terminal(),
                size.rows(),
                size.columns(),
                container.isInteractive(),
                MAX_LOG,
                options.removes(),
                asked,
                resolved);
        String[] id = {""};
        boolean made = false;
        Consumer<String> named = given -> {
            id[0] = given;
            if (outcome.wantsId()) {
                outcome.writeId(linux, given);
            }
            if (created) {
                launch.keepingLayer().makeLayer(given, token);
            }
        };
        try {
            Optional<JsonNode> failure = Optional.empty();
            if (created) {
                context.engine().create(name, wanted, named);
            } else {
                failure = context.engine().start(name, wanted, named);
            }
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
            // Without its id, nobody would know of the container.
            context.engine().delete(id[0], true);
            outcome.removeId();
            throw new InvalidSpecException("the container's id cannot be printed: " + Errno.describe(e.errno())
                    + "; the container is deleted");
        }
        return 0;
    }

    /** The launch of a detached container, for its monitor. */
    Monitor.Launched launched(CommandContext context, Resolved then) {
        resolvedBefore = Optional.of(then);
        return new Monitor.Launched(
                spec(context), request.timeoutMillis(), context.store().systemdMakesCgroups());
    }

    private int tell(Outcome ended, CommandContext context) {
        if (!ended.message().isEmpty()) {
            context.error(ended.message());
        }
        outcome.write(context.linux(), ended).ifPresent(context::error);
        return ended.exitCode();
    }

    /** Whether the first word is an image. */
    private boolean isImage() {
        return fromImage
                || request.rootfs().isEmpty()
                        && !bundle.isGiven()
                        && !words.isEmpty()
                        && request.command().isEmpty();
    }

    private Spec spec(CommandContext context) {
        return isImage() ? spec(context, new ImageSite(context)) : spec(context, new RootfsSite(context));
    }

    private Spec spec(CommandContext context, Site site) {
        SpecBuilder spec = LaunchSpec.of(request, site);
        site.complete(spec);
        container.labels().forEach(spec::annotation);
        Linux linux = context.linux();
        limits.addTo(spec, linux, request.resources());
        storage.addTo(spec, linux, site.isHosts());
        namespaces.addTo(spec, linux, context.store());
        privileges.addTo(spec, linux, site.root().user(), request.dropped());
        Spec made = spec.build();
        if (site.isImage() && linux.isRoot() && made.linux().has(NamespaceType.USER)) {
            throw new InvalidSpecException(
                    "--userns and --uidmap do not work with root's images, whose layers belong to the host's ids;"
                            + " run as an ordinary user, or use --rootfs");
        }
        privileges.check(made, linux);
        return made;
    }

    /** The site of a local launch: all options are allowed. */
    private abstract class Site implements LaunchSite {

        private final CommandContext context;

        Site(CommandContext context) {
            this.context = context;
        }

        /** Adds the settings that only this kind of root file system has. */
        void complete(SpecBuilder spec) {}

        /** Whether the root file system is the host's own tree. */
        boolean isHosts() {
            return false;
        }

        boolean isImage() {
            return false;
        }

        @Override
        public Terminal terminal() {
            boolean given = container
                    .terminal()
                    .orElseGet(() -> !detach && !created && context.linux().isTerminal(0));
            return new Terminal(
                    given, Optional.ofNullable(System.getenv("TERM")).orElse("xterm"));
        }

        @Override
        public List<Spec.Mount> furtherMounts() {
            return storage.mounts();
        }

        @Override
        public Spec.Mount mount(Volume volume) {
            return MountParser.volume(volume);
        }

        @Override
        public void join(SpecBuilder spec, String word) {
            new NamespaceParser(context.store()).apply(spec, NamespaceType.NETWORK, "--net", word);
        }
    }

    /** A host directory as the root file system. */
    private final class RootfsSite extends Site {

        private final Root root;

        RootfsSite(CommandContext context) {
            super(context);
            images.checkNone(request);
            resolvedBefore.ifPresent(then -> options.useResolved(then.variables()));
            options.complete(request, words);
            request.useEntrypoint();
            RootfsDirectory directory =
                    RootfsDirectory.at(context.linux(), request.rootfs().orElseThrow());
            boolean bringsFiles = storage.bringsFiles() || !request.mounts().isEmpty();
            if (!bringsFiles && !request.command().isEmpty()) {
                directory.checkTree(request.command().get(0));
            }
            Users.Account account =
                    Users.of(directory).find(request.user().orElse("0"), privileges.groups(), privileges.umask());
            this.root = new Root(directory.path(), account.user(), account.home());
        }

        @Override
        boolean isHosts() {
            return request.rootfs().filter("/"::equals).isPresent();
        }

        @Override
        public Root root() {
            return root;
        }

        @Override
        public String workdir() {
            return isHosts() ? Path.of("").toAbsolutePath().toString() : "/";
        }
    }

    /** The layers of an image as the root file system. */
    private final class ImageSite extends Site {

        private final ImageLaunch image;
        private final Root root;
        private final Map<String, String> files;

        ImageSite(CommandContext context) {
            super(context);
            fromImage = true;
            this.image = new ImageLaunch(resolvedBefore
                    .map(then -> images.stored(then.image()))
                    .orElseGet(() -> images.image(context, request, words.get(0))));
            request.command(image.command(request, words.subList(1, words.size())));
            resolvedBefore.ifPresent(then -> options.useResolved(then.variables()));
            options.completeVariables(request);
            this.root = image.root(request, privileges.groups(), privileges.umask());
            this.files = images.files(context.linux(), request.hostname(), request.network());
        }

        @Override
        void complete(SpecBuilder spec) {
            image.complete(spec, request, files);
        }

        @Override
        boolean isImage() {
            return true;
        }

        @Override
        public Root root() {
            return root;
        }

        @Override
        public String workdir() {
            return image.workdir();
        }

        @Override
        public List<String> environment() {
            return image.environment();
        }
    }
}
