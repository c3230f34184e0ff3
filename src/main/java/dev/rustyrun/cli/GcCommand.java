package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun gc}: removes the state and cgroups of containers that were killed abruptly. */
@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 125,
        description = "Remove state and cgroups left by containers that were killed abruptly.",
        footer = {"", "A container that ends in any other way leaves nothing. Running ones are left alone."})
final class GcCommand implements ContainerCommand {

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public int perform(CommandContext context) {
        StringBuilder text = new StringBuilder();
        context.engine().collect().forEach(line -> text.append(line).append('\n'));
        System.out.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        return 0;
    }
}
