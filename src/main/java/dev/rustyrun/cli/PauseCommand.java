package dev.rustyrun.cli;

import dev.rustyrun.container.Freezer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rustyrun pause}. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Stops all processes of a container, until resume.")
final class PauseCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(CommandContext context) {
        new Freezer(context.store()).pause(id);
        return 0;
    }
}
