package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code load}: reads archives of images. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Load images from an archive: docker's, OCI's, or a directory with an OCI layout.",
        footer = {"", "Examples:", "  docker save alpine | rustyrun load", "  rustyrun load --input images.tar.gz"})
public final class LoadCommand implements EngineContext.Command {

    @Option(
            names = {"-i", "--input"},
            paramLabel = "PATH",
            defaultValue = "",
            description = "The archive, which may be compressed with gzip or zstd, or the directory; default: standard"
                    + " input.")
    private String input;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH[/VARIANT]",
            defaultValue = "",
            description = "Which image of a list; default: this machine's.")
    private String platform;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing.")
    private boolean quiet;

    @Override
    public int perform(EngineContext context) {
        List<String> loaded = context.images().load(context.archive(input), System.in, platform);
        if (!quiet) {
            loaded.forEach(name -> context.print("Loaded image: " + name + "\n"));
        }
        return 0;
    }
}
