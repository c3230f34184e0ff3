package dev.rustyrun.cli;

import dev.rustyrun.container.Running;
import dev.rustyrun.container.StatisticsJson;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun events}: prints what a container uses, again and again. */
@Command(name = "events", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        exitCodeOnInvalidInput = 125, description = "Prints what a container uses, as a JSON object on a line of its own.")
final class EventsCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(names = "--stats", description = "Once, and not until the container ends.")
    private boolean once;

    @Option(names = "--interval", paramLabel = "TIME", defaultValue = "5s",
            description = "How often, such as 500ms, 5s or 1m (default: ${DEFAULT-VALUE}).")
    private String interval;

    @Override
    public int perform(CommandContext context) {
        int millis = millis(interval);
        print(Running.of(context.store(), id));
        while (!once) {
            context.linux().poll(new PollSet(1), millis);
            if (!context.store().status(context.store().get(id)).hasProcess()) {
                return 0;
            }
            print(Running.of(context.store(), id));
        }
        return 0;
    }

    private void print(Running running) {
        System.out.writeBytes((StatisticsJson.write(id, running.statistics()) + "\n").getBytes(StandardCharsets.UTF_8));
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
