package dev.rustyrun.cli.remote;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code delete}: forgets containers of a server, and their logs. */
@Command(
        name = "delete",
        aliases = "rm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Deletes containers that have ended, and their logs.")
final class DeleteRemotely implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.")
    private List<String> ids;

    @Option(
            names = {"-f", "--force"},
            description = "Kill one that has not ended.")
    private boolean force;

    @Override
    public int perform(EngineContext context) {
        return context.each(ids, id -> context.engine().delete(id, force));
    }
}
