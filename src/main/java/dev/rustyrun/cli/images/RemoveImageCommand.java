package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rmi}: removes images. */
@Command(
        name = "rmi",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Remove names of images, and images with their last name.")
public class RemoveImageCommand implements EngineContext.Command {

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "A name, or an id or its beginning.")
    private List<String> images;

    @Option(
            names = {"-f", "--force"},
            description = "Remove an image with all of its names, and one that containers use.")
    private boolean force;

    @Override
    public int perform(EngineContext context) {
        return context.each(
                images, image -> context.anyImages().remove(image, force).forEach(line -> context.print(line + "\n")));
    }

    /** {@code image rm}: the same. */
    @Command(
            name = "rm",
            aliases = "remove",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Remove names of images, and images with their last name.")
    public static final class Removed extends RemoveImageCommand {}
}
