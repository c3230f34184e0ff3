package dev.rustyrun.cli.common;

import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stop}: stops containers with a signal, and with SIGKILL after a timeout. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Stop containers: send a signal, and SIGKILL to those still running after a timeout.",
        footer = {"", "Example:", "  rustyrun stop --time 2 web"})
public final class StopCommand implements EngineContext.Command {

    private static final int MAX_SECONDS = 60 * 60;
    private static final int MAX_SECONDS_AT_ONCE = 60;
    /** The time to wait after SIGKILL; only the kernel can delay the end of a killed process. */
    private static final int AFTER_KILL_SECONDS = 10;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The containers' ids.")
    private List<String> ids;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Wait this long before killing a container (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            defaultValue = Option.NULL_VALUE,
            description = "Send this signal first (default: the image's stop signal, or TERM).")
    private String signal;

    @Override
    public int perform(EngineContext context) {
        if (seconds < 0 || seconds > MAX_SECONDS) {
            throw new InvalidSpecException(
                    "--time " + seconds + " is not a number of seconds from 0 to " + MAX_SECONDS);
        }
        return context.each(ids, id -> stop(context.engine(), id));
    }

    private void stop(Engine engine, String id) {
        if (hasEnded(engine, id)) {
            return;
        }
        if (seconds > 0) {
            send(engine, id, signal == null ? ownSignal(engine, id) : signal);
            await(engine, id, seconds);
        }
        if (!hasEndedSince(engine, id)) {
            send(engine, id, "KILL");
            await(engine, id, AFTER_KILL_SECONDS);
            if (!hasEndedSince(engine, id)) {
                throw new InvalidSpecException("container " + id + " was killed but has not ended yet");
            }
        }
    }

    /** The stop signal of the container's image; image-spec, conversion.md. */
    private static String ownSignal(Engine engine, String id) {
        String own = engine.container(id)
                .path("labels")
                .path("org.opencontainers.image.stopSignal")
                .asText("");
        return own.matches("(SIG)?[A-Z0-9+]{1,12}") ? own : "TERM";
    }

    /** Waits in intervals that a server accepts. */
    private static void await(Engine engine, String id, int seconds) {
        for (int left = seconds; left > 0 && !hasEndedSince(engine, id); left -= MAX_SECONDS_AT_ONCE) {
            int some = Math.min(left, MAX_SECONDS_AT_ONCE);
            unlessEnded(engine, id, () -> engine.awaitEnd(id, some));
        }
    }

    private static void send(Engine engine, String id, String signal) {
        unlessEnded(engine, id, () -> engine.kill(id, signal, false));
    }

    /** Ignores an error if the container has ended in the meantime. */
    private static void unlessEnded(Engine engine, String id, Runnable work) {
        try {
            work.run();
        } catch (InvalidSpecException e) {
            if (!hasEndedSince(engine, id)) {
                throw e;
            }
        }
    }

    /** Whether a container that existed has ended; one of {@code run} no longer exists then. */
    private static boolean hasEndedSince(Engine engine, String id) {
        try {
            return hasEnded(engine, id);
        } catch (InvalidSpecException e) {
            // Only a list shows that the container is missing: other errors, such as a lost connection, fail there too.
            if (engine.list(ContainerFilter.NONE).stream()
                    .noneMatch(one -> one.path("id").asText().equals(id))) {
                return true;
            }
            throw e;
        }
    }

    private static boolean hasEnded(Engine engine, String id) {
        return !List.of("running", "paused", "creating")
                .contains(engine.container(id).path("status").asText());
    }
}
