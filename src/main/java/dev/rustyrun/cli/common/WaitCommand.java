package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wait}: waits for the end of a container. */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Waits for a container's end, and exits as it did.")
public final class WaitCommand implements EngineContext.Command {

    private static final long SECONDS = 60;

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(EngineContext context) {
        while (true) {
            JsonNode container = context.engine().awaitEnd(id, SECONDS);
            switch (container.path("status").asText()) {
                case "running", "paused" -> {}
                case "created" -> throw new InvalidSpecException("container " + id + " was never started");
                case "lost" ->
                    throw new InvalidSpecException("container " + id + " was lost: its monitor process was killed");
                default -> {
                    return context.end(container.path("result"));
                }
            }
        }
    }
}
