package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code exists}: reports by its exit status whether a container exists. */
@Command(
        name = "exists",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Exit with 0 if the container exists, running or not, and with 1 if it does not. Print nothing.",
        footer = {"", "Example:", "  rustyrun exists web || rustyrun run -d --name web alpine sleep 1h"})
public final class ExistsCommand implements EngineContext.Command {

    private static final int MISSING = 1;

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(EngineContext context) {
        return context.engine().exists(id) ? 0 : MISSING;
    }
}
