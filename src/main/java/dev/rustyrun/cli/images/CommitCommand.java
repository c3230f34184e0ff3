package dev.rustyrun.cli.images;

import dev.rustyrun.engine.Commit;
import dev.rustyrun.engine.EngineContext;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code commit}: creates an image from a container. */
@Command(
        name = "commit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Create an image from a container's changes to its image, and print its id.",
        footer = {"", "Example:", "  rustyrun commit --change 'CMD [\"server\"]' --message 'with tools' web mine:1"})
public final class CommitCommand implements EngineContext.Command {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(index = "1", paramLabel = "NAME", arity = "0..1", description = "A name for the image.")
    private Optional<String> name = Optional.empty();

    @Mixin
    private ChangeOption change;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            defaultValue = "",
            description = "A comment, shown by image history.")
    private String message;

    @Option(
            names = {"-a", "--author"},
            paramLabel = "NAME",
            defaultValue = "",
            description = "The author of the image.")
    private String author;

    @Option(
            names = {"-p", "--pause"},
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "true",
            paramLabel = "true|false",
            description =
                    "Pause a running container during the commit, if it has a cgroup (default: ${DEFAULT-VALUE}).")
    private boolean pause;

    @Override
    public int perform(EngineContext context) {
        context.print(context.engine().commit(id, new Commit(name, change.changes(), author, message, pause)) + "\n");
        return 0;
    }
}
