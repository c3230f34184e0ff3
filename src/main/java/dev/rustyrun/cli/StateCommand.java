package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rustyrun state}: prints the state of a container. */
@Command(
        name = "state",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Print the state of a container as JSON.")
final class StateCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(CommandContext context) {
        String state = context.runtime().state(id).toPrettyString();
        System.out.writeBytes((state + "\n").getBytes(StandardCharsets.UTF_8));
        return 0;
    }
}
