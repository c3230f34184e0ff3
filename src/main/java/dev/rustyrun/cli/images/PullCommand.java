package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.NativeServices;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pull}: pulls images. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Pull images from a registry, and print their ids.",
        footer = {"", "Examples:", "  rustyrun pull alpine", "  rustyrun pull --platform linux/arm64 debian:12"})
public final class PullCommand implements EngineContext.Command {

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "A name, such as alpine, debian:12 or quay.io/org/app@sha256:…")
    private List<String> names;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH[/VARIANT]",
            defaultValue = "",
            description = "Choose the platform of a multi-platform image (default: this machine's).")
    private String platform;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    private boolean quiet;

    @Mixin
    private RegistryArguments registry;

    @Override
    public int perform(EngineContext context) {
        NativeServices.start();
        return context.each(
                names,
                name -> context.print(
                        context.anyImages().pull(name, registry.with(platform), context.messages(), quiet) + "\n"));
    }
}
