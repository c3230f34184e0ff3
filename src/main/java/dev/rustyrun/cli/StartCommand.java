package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.Outcome;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rustyrun start}: starts the command of a created container. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Start the command of a created container.")
final class StartCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(CommandContext context) {
        if (context.engine().isDetached(id)) {
            Optional<JsonNode> failure = context.engine().startCreated(id);
            failure.ifPresent(found -> context.error(found.path("message").asText()));
            return failure.map(found -> found.path("exitCode").asInt()).orElse(0);
        }
        Optional<Outcome> failure = context.runtime().start(id);
        failure.ifPresent(found -> context.error(found.message()));
        return failure.isPresent() ? EngineContext.RUNC_FAILED : 0;
    }
}
