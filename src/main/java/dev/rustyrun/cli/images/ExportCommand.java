package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.OutputFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: writes a container's files as a tar archive. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Write all files of a container as a tar archive, without its mounts.",
        footer = {"", "Example:", "  rustyrun export web | rustyrun import - web-flat"})
public final class ExportCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE (default: standard output).")
    private Optional<Path> output = Optional.empty();

    @Override
    public int perform(EngineContext context) {
        if (output.isPresent()) {
            OutputFile.write(output.get(), out -> context.engine().export(id, out));
            return 0;
        }
        if (context.printsToTerminal()) {
            throw new InvalidSpecException(
                    "refusing to write a tar archive to a terminal: pass --output FILE, or use a pipe");
        }
        context.engine().export(id, context.standardOutput());
        return 0;
    }
}
