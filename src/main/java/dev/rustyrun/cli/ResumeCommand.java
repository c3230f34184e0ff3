package dev.rustyrun.cli;

import dev.rustyrun.container.Freezer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rustyrun resume}. */
@Command(
        name = "resume",
        aliases = "unpause",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Lets the processes of a paused container go on.")
final class ResumeCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(CommandContext context) {
        new Freezer(context.store()).resume(id);
        return 0;
    }
}
