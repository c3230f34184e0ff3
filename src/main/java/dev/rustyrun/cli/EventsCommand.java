package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
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
        if (once) {
            print(context.runtime().usage(id));
        } else {
            context.runtime().events(id, millis, EventsCommand::print);
        }
        return 0;
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
