package dev.rustyrun.cli;

import dev.rustyrun.container.Deletion;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun delete}: deletes a container that has stopped. */
@Command(name = "delete", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        exitCodeOnInvalidInput = 125, description = "Deletes containers that have stopped, and what was made for them.")
final class DeleteCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.")
    private List<String> ids;

    @Option(names = {"-f", "--force"}, description = "Kill one that has not stopped; one that is not there is no error.")
    private boolean force;

    @Override
    public int perform(CommandContext context) {
        Deletion deletion = new Deletion(context.linux(), context.store(), context.messages());
        ids.forEach(id -> deletion.delete(id, force));
        return 0;
    }
}
