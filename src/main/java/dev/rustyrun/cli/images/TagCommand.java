package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tag}: gives an image more names. */
@Command(
        name = "tag",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Give an image more names.")
public final class TagCommand implements EngineContext.Command {

    @Parameters(index = "0", paramLabel = "IMAGE", arity = "1", description = "A name, or an id or its beginning.")
    private String image;

    @Parameters(
            index = "1..*",
            paramLabel = "NAME",
            arity = "1..*",
            description = "The new name, with a tag or without.")
    private List<String> names;

    @Override
    public int perform(EngineContext context) {
        return context.each(names, name -> context.images().tag(image, name));
    }
}
