package dev.rustyrun.cli;

import dev.rustyrun.container.Bundle;
import dev.rustyrun.container.CreateOptions;
import dev.rustyrun.container.Creation;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.RunStage;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rustyrun create}: makes a container from a bundle, whose command waits for {@code start}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Create a container from an OCI bundle; start runs its command.",
        footer = {"", "Example:", "  rustyrun create --bundle /bundle web && rustyrun start web"})
final class CreateCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Mixin
    private BundleOptions options;

    @Override
    public boolean launches() {
        return true;
    }

    @Override
    public int perform(CommandContext context) {
        Optional<Outcome> failure;
        RunStage stage = context.stage("create");
        try {
            Bundle bundle = options.read(context.linux());
            CreateOptions how = options.createOptions(context);
            how.checkTerminal(bundle.spec().process());
            Creation creation = new Creation(context.linux(), context.self(), context.store(), context.warnings());
            failure = creation.create(id, bundle, how, stage);
        } catch (RuntimeException | Error e) {
            stage.abandon();
            throw e;
        }
        failure.ifPresent(outcome -> context.error(outcome.message()));
        return failure.map(Outcome::exitCode).orElse(0);
    }
}
