package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.DetachedLaunch;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.ForegroundLaunch;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SupervisedLaunch;
import java.util.List;
import java.util.Optional;
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

    @CommandLine.Spec
    private CommandSpec command;

    @Mixin
    private LaunchRequest request;

    @Mixin
    private ContainerRequest container;

    @Mixin
    private BundleOptions bundle;

    @InBundle(works = true)
    @Option(
            names = {"-d", "--detach"},
            description =
                    "Print the container's id and do not wait for its end; logs, attach, wait, stop and delete take the id.")
    private boolean detach;

    @InBundle(works = true)
    @Option(names = "--keep", description = "Keep the stopped container and its files until it is deleted.")
    private boolean keep;

    @Parameters(
            paramLabel = "CMD [ARGS...]",
            arity = "0..*",
            description =
                    "An image and a command; with --rootfs only a command, instead of --command; with --bundle the"
                            + " container's id.")
    private List<String> words = List.of();

    @InBundle(instead = "the id is the argument after --bundle DIR")
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
    private Optional<LocalSpec.Resolved> resolvedBefore = Optional.empty();

    @Option(names = CREATED, hidden = true, description = "Wait for start.")
    private boolean created;

    @InBundle(instead = "use --trace, which prints each step of the launch")
    @Option(names = "--explain", description = "Print every step of the launch instead of applying it.")
    private boolean explain;

    @InBundle(instead = "use --trace, which prints each step of the launch")
    @Option(names = "--why", description = "With --explain: also print why each step exists.")
    private boolean why;

    @InBundle(works = true)
    @Option(names = "--trace", description = "Report each step and its time on stderr.")
    private boolean trace;

    @InBundle(works = true)
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
            context.abandon();
            throw e;
        }
        // The monitor starts its own stages.
        context.abandon();
        return runDetached(context);
    }

    /** In runc, a single word in a bundle's directory is a container id; here it would be pulled as an image. */
    private void refuseToGuess(CommandContext context) {
        if (!created && words.size() == 1 && context.runtime().isForBundleHere(words.get(0))) {
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
                            : "nothing to run: pass an image, --rootfs DIR and a command, or --bundle DIR and a container id");
        }
        Outcome ended = context.runtime()
                .run(words.get(0), bundle.read(context), bundle.createOptions(context, trace), detach, keep);
        int code = report(ended, context);
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
        outcome.check(detach);
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
        outcome.check(false);
        long timeoutMillis = request.timeoutMillis();
        Spec spec = spec(context);
        if (keep && spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)) {
            throw new InvalidSpecException(
                    "--keep and --ephemeral cannot be used together: changes are in memory and are discarded at the end");
        }
        ForegroundLaunch launch = context.launch(spec);
        if (explain) {
            System.out.print(launch.explain(name, why));
            return 0;
        }
        if (isImage() && !name.isEmpty()) {
            // A detached container that has ended still uses this id.
            context.engine().checkFree(name);
        }
        String id = name;
        if (outcome.wantsId()) {
            id = name.isEmpty() ? context.newId() : name;
            outcome.writeId(id);
        }
        boolean done = false;
        try {
            Outcome ended = launch.run(id, keep, trace, timeoutMillis);
            done = ended.reason() != Outcome.Reason.SETUP_FAILED;
            return report(ended, context);
        } finally {
            if (!done) {
                outcome.removeId();
            }
        }
    }

    private int runDetached(CommandContext context) {
        outcome.check(true);
        request.timeoutMillis();
        if (trace) {
            throw new InvalidSpecException("--trace cannot be used with --detach");
        }
        DetachedLaunch launch = DetachedRun.launch(
                context,
                spec(context),
                isImage() ? Optional.of(words.get(0)) : Optional.empty(),
                request,
                container,
                options.removes());
        return new DetachedRun(context, outcome).perform(name, launch, created);
    }

    /** The launch of a detached container, for its monitor. */
    SupervisedLaunch launched(CommandContext context, LocalSpec.Resolved then) {
        resolvedBefore = Optional.of(then);
        return new SupervisedLaunch(spec(context), request.timeoutMillis(), context.systemdMakesCgroups());
    }

    private int report(Outcome ended, CommandContext context) {
        if (!ended.message().isEmpty()) {
            context.error(ended.message());
        }
        outcome.write(ended).ifPresent(context::error);
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
        LocalSpec spec = new LocalSpec(request, container, options, images, storage, namespaces, privileges, limits);
        if (isImage()) {
            fromImage = true;
            return spec.ofImage(context, words, resolvedBefore, detach || created);
        }
        return spec.ofDirectory(context, words, resolvedBefore, detach || created);
    }
}
