package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code rustyrun create}: creates a container from a bundle or an image; {@code start} runs its command. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        customSynopsis = {
            "rustyrun create [OPTIONS] --bundle DIR ID",
            "       rustyrun create [OPTIONS OF RUN] IMAGE [CMD [ARGS...]]"
        },
        description = "Create a container from an OCI bundle, or from an image; start runs its command.",
        footer = {
            "",
            "From an image it takes the options of run --detach, and prints the id. Until the start, cp puts files into it."
                    + " Without --bundle, a directory with a config.json is a bundle.",
            "",
            "Examples:",
            "  rustyrun create --bundle /bundle web && rustyrun start web",
            "  rustyrun create --name site alpine httpd -f -h /srv",
            "  rustyrun cp index.html site:/srv && rustyrun start site"
        })
final class CreateCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The container's id.")
    private String id = "";

    /** Arguments that only a container from an image accepts. */
    @Unmatched
    private List<String> further = new ArrayList<>();

    @Mixin
    private BundleOptions options;

    @Override
    public boolean launches() {
        return true;
    }

    /**
     * Whether to create a container from an image: no bundle is named, and the working directory is not one.
     *
     * @param inBundle whether the working directory is a bundle
     */
    boolean isOfImage(BooleanSupplier inBundle) {
        return !options.isGiven() && (!further.isEmpty() || !inBundle.getAsBoolean());
    }

    @Override
    public int perform(CommandContext context) {
        Optional<Outcome> failure;
        try {
            checkArguments();
            failure = context.runtime().create(id, options.read(context), options.createOptions(context, false));
        } catch (RuntimeException | Error e) {
            context.abandon();
            throw e;
        }
        failure.ifPresent(outcome -> context.error(outcome.message()));
        return failure.isPresent() ? EngineContext.RUNC_FAILED : 0;
    }

    private void checkArguments() {
        if (!further.isEmpty()) {
            throw new InvalidSpecException("unknown arguments for create with a bundle: " + String.join(" ", further)
                    + " (see rustyrun create --help)");
        }
        if (id.isEmpty()) {
            throw new InvalidSpecException("create --bundle DIR needs one more argument: the container id");
        }
    }
}
