package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code load}: loads images from an archive. */
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
            description = "The directory, or the archive, optionally compressed with gzip or zstd (default: standard"
                    + " input).")
    private String input;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH[/VARIANT]",
            defaultValue = "",
            description = "Choose the platform of a multi-platform image (default: this machine's).")
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
