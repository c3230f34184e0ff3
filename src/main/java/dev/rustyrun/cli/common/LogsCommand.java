package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.LogOutput;
import dev.rustyrun.engine.LogView;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code logs}: prints a container's output; stdout and stderr stay separate. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Print the output of a container.")
public final class LogsCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Follow the output until the container ends.")
    private boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N|all",
            description = "Begin with the last N lines (default: all).")
    private Optional<String> tail = Optional.empty();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Begin at this time, such as 2026-01-31T12:00:00Z, 10m for ten minutes ago, or seconds since 1970.")
    private Optional<String> since = Optional.empty();

    @Override
    public int perform(EngineContext context) {
        LogView view = new LogView(
                follow,
                tail.map(text -> LogView.lines("--tail", text)).orElse(OptionalLong.empty()),
                since.map(text -> LogView.micros("--since", text, Instant.now()))
                        .orElse(0L));
        context.engine().logs(id, view, new LogOutput() {
            @Override
            public void write(int stream, byte[] bytes) {
                context.print(stream, bytes);
            }

            @Override
            public void truncated() {
                context.report("warning: some output is missing here: it was not stored");
            }
        });
        return 0;
    }
}
