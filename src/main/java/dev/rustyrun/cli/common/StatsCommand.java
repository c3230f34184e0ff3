package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stats}: prints what a container has used. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints what a running container has used, as JSON.")
public final class StatsCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(EngineContext context) {
        context.print(context.engine().statistics(id) + "\n");
        return 0;
    }
}
