package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code import}: creates an image from the tar archive of a root file system. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Create an image from a tar archive of a root file system, and print its id.",
        footer = {"", "Example:", "  tar -C rootfs -c . | rustyrun import --change 'CMD [\"sh\"]' - mine:1"})
public final class ImportCommand implements EngineContext.Command {

    @Parameters(
            index = "0",
            paramLabel = "FILE|-",
            arity = "1",
            description = "The archive, optionally compressed with gzip or zstd; - for standard input.")
    private String file;

    @Parameters(index = "1", paramLabel = "NAME", arity = "0..1", description = "A name for the image.")
    private Optional<String> name = Optional.empty();

    @Mixin
    private ChangeOption change;

    @Override
    public int perform(EngineContext context) {
        context.print(context.images().importTree(context.archive(file), System.in, name, change.changes()) + "\n");
        return 0;
    }
}
