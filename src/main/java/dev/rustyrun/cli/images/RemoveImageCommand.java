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
        description = "Remove image names; an image is deleted with its last name.")
public class RemoveImageCommand implements EngineContext.Command {

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "A name, an id or the beginning of an id.")
    private List<String> images;

    @Option(
            names = {"-f", "--force"},
            description = "Also remove an image that has several names or is used by containers.")
    private boolean force;

    @Override
    public int perform(EngineContext context) {
        return context.each(
                images, image -> context.anyImages().remove(image, force).forEach(line -> context.print(line + "\n")));
    }

    /** {@code image rm}: an alias of {@code rmi}. */
    @Command(
            name = "rm",
            aliases = "remove",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Remove image names; an image is deleted with its last name.")
    public static final class Removed extends RemoveImageCommand {}
}
