package dev.rustyrun.cli;

import dev.rustyrun.container.AttemptStream;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.StatisticsJson;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun events}: prints a container's resource usage at intervals, OOM events, and connection attempts. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = {
            "Stream resource usage, OOM events and what a container with --allow tries to reach, as JSON lines."
        })
final class EventsCommand implements ContainerCommand {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** The maximum time between two polls; events of a container that is deleted in between are lost. */
    private static final int MAX_BETWEEN_LOOKS_MILLIS = 100;

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(names = "--stats", description = "Print usage once and exit.")
    private boolean once;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "Print usage at this interval, such as 500ms, 5s or 1m (default: ${DEFAULT-VALUE}).")
    private String interval;

    @Override
    public int perform(CommandContext context) {
        int millis = millis(interval);
        Running running = Running.of(context.store(), id);
        print(StatisticsJson.write(id, running.statistics()));
        long kills = running.oomKills();
        long next = System.nanoTime() + millis * NANOS_PER_MILLI;
        Optional<AttemptStream> attempts = once ? Optional.empty() : running.attempts();
        while (!once) {
            await(context, attempts, Math.min(millis, MAX_BETWEEN_LOOKS_MILLIS));
            // The status is read first: the container may have been killed just before its end.
            boolean ended = !hasProcess(context);
            attempts.ifPresent(told -> told.take(ended).forEach(line -> print(StatisticsJson.attempt(id, line))));
            long now = running.oomKills();
            if (now > kills) {
                print(StatisticsJson.outOfMemory(id));
                kills = now;
            }
            if (ended) {
                return 0;
            }
            if (System.nanoTime() - next >= 0) {
                print(StatisticsJson.write(id, running.statistics()));
                next = System.nanoTime() + millis * NANOS_PER_MILLI;
            }
        }
        return 0;
    }

    private static void await(CommandContext context, Optional<AttemptStream> attempts, int millis) {
        if (attempts.isPresent()) {
            attempts.get().await(millis);
        } else {
            context.linux().poll(new PollSet(1), millis);
        }
    }

    private boolean hasProcess(CommandContext context) {
        return context.store()
                .find(id)
                .filter(state -> context.store().status(state).hasProcess())
                .isPresent();
    }

    private static void print(String event) {
        System.out.writeBytes((event + "\n").getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static int millis(String text) {
        if (!text.matches("[0-9]{1,6}(ms|s|m)?")) {
            throw new InvalidSpecException("--interval \"" + text + "\" is not a time such as 500ms, 5s or 1m");
        }
        int number = Integer.parseInt(text.replaceAll("[a-z]", ""));
        return Math.max(1, text.endsWith("ms") ? number : text.endsWith("m") ? number * 60_000 : number * 1000);
    }
}
