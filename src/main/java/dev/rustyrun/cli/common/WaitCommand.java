package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wait}: waits for the end of containers. */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = {
            "Wait until a container ends, and exit with its status.",
            "With several ids, wait for all, and print the status of each on a line."
        })
public final class WaitCommand implements EngineContext.Command {

    private static final long SECONDS = 60;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The containers' ids.")
    private List<String> ids;

    @Override
    public int perform(EngineContext context) {
        if (ids.size() == 1) {
            return context.end(end(context, ids.get(0)));
        }
        // Waits for all containers in parallel: a container that is deleted at its end must be waited for before that.
        List<FutureTask<JsonNode>> waiting = new ArrayList<>();
        int code = context.each(ids, id -> {
            context.engine().container(id);
            FutureTask<JsonNode> task = new FutureTask<>(() -> end(context, id));
            Thread thread = new Thread(task, "wait for " + id);
            thread.setDaemon(true);
            thread.start();
            waiting.add(task);
        });
        for (FutureTask<JsonNode> task : waiting) {
            code = Math.max(
                    code,
                    context.each(
                            List.of(""),
                            one -> context.print(result(task).path("exitCode").asInt(EngineContext.FAILED) + "\n")));
        }
        return code;
    }

    private static JsonNode result(FutureTask<JsonNode> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw new CompletionException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        }
    }

    private static JsonNode end(EngineContext context, String id) {
        while (true) {
            JsonNode container = context.engine().awaitEnd(id, SECONDS);
            switch (container.path("status").asText()) {
                case "running", "paused" -> {}
                case "created" -> throw new InvalidSpecException("container " + id + " was never started");
                case "lost" ->
                    throw new InvalidSpecException("container " + id + " was lost: its monitor process was killed");
                default -> {
                    return container.path("result");
                }
            }
        }
    }
}
