package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tag}: adds names to an image. */
@Command(
        name = "tag",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Add names to an image.")
public final class TagCommand implements EngineContext.Command {

    @Parameters(
            index = "0",
            paramLabel = "IMAGE",
            arity = "1",
            description = "A name, an id or the beginning of an id.")
    private String image;

    @Parameters(
            index = "1..*",
            paramLabel = "NAME",
            arity = "1..*",
            description = "The new name, with or without a tag.")
    private List<String> names;

    @Override
    public int perform(EngineContext context) {
        return context.each(names, name -> context.images().tag(image, name));
    }
}
