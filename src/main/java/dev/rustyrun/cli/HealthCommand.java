package dev.rustyrun.cli;

import dev.rustyrun.client.HealthQuestion;
import dev.rustyrun.spec.MessageLine;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun health}: checks a service on this machine, for container probes. */
@Command(
        name = "health",
        exitCodeOnInvalidInput = 125,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Check whether a service is ready, at its management port, and whether its unix socket answers, if it"
                        + " has one. Print one line.",
        footer = {
            "",
            "Exit status: 0 when the service is ready, 1 when not.",
            "",
            "Examples:",
            "  rustyrun health",
            "  rustyrun health --live --url http://127.0.0.1:9001"
        })
final class HealthCommand implements Callable<Integer> {

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:9000",
            description = "Use this management port (default: ${DEFAULT-VALUE}).")
    private String url;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Also check this unix socket of serve (or RUSTYRUN_SOCKET, as for serve).")
    private Optional<String> socket = Optional.empty();

    @Option(names = "--live", description = "Check only whether the service runs, for a liveness probe.")
    private boolean live;

    @Override
    public Integer call() {
        String asked = live ? "live" : "ready";
        Optional<String> obstacle = HealthQuestion.obstacle(url, asked)
                .or(() -> socket.or(HealthCommand::variable).flatMap(HealthQuestion::silence));
        if (obstacle.isPresent()) {
            System.err.println(
                    MessageLine.error("not " + asked + ": " + obstacle.get().replace("\n", " ")));
            return 1;
        }
        System.out.println(asked);
        return 0;
    }

    private static Optional<String> variable() {
        return Optional.ofNullable(System.getenv("RUSTYRUN_SOCKET")).filter(path -> !path.isEmpty());
    }
}
