package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code save}: saves images to an archive. */
@Command(
        name = "save",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Save images as an archive that docker, podman and skopeo read.",
        footer = {"", "Example:", "  rustyrun save alpine | docker load"})
public final class SaveCommand implements EngineContext.Command {

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "A name, an id or the beginning of an id.")
    private List<String> images;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "Write to PATH (default: standard output).")
    private Optional<String> output = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "docker-archive|oci-archive|oci-dir",
            defaultValue = "docker-archive",
            description = "The format (default: ${DEFAULT-VALUE}).")
    private String format;

    @Override
    public int perform(EngineContext context) {
        if (output.isEmpty() && context.printsToTerminal()) {
            throw new InvalidSpecException(
                    "refusing to write an archive to a terminal: pass --output FILE, or use a pipe");
        }
        context.images().save(images, format, output.map(Path::of), context.standardOutput());
        return 0;
    }
}
