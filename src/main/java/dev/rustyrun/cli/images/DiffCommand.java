package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code diff}: lists the files that a container has changed in its image. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "List the files that a container has added to (A), changed in (C) or deleted from (D) its image.")
public final class DiffCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(EngineContext context) {
        context.engine().changes(id).forEach(line -> context.print(line + "\n"));
        return 0;
    }
}
