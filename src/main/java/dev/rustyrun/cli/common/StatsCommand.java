package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stats}: prints the resource usage of containers. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Print the resource usage of running containers, as JSON lines unless --format is given.",
        footer = {"", "Example:", "  rustyrun stats --format 'table {{.ID}}\\t{{.MemUsage}}\\t{{.PIDs}}'"})
public final class StatsCommand implements EngineContext.Command {

    private static final double MICROS = 1_000_000;
    private static final List<Column> COLUMNS = List.of(
            Column.shown("ID", "ID", "id"),
            new Column("CPUTime", "CPU TIME", true, StatsCommand::cpuTime),
            new Column("MemUsage", "MEM USAGE / LIMIT", true, StatsCommand::memory),
            new Column("MemPerc", "MEM %", true, StatsCommand::memoryPercent),
            new Column(
                    "BlockIO", "BLOCK IO", true, row -> size(row, "ioReadBytes") + " / " + size(row, "ioWrittenBytes")),
            Column.shown("PIDs", "PIDS", "pids"),
            Column.hidden("Name", "id"),
            Column.hidden("Container", "id"));

    @Parameters(
            paramLabel = "ID",
            arity = "0..*",
            description = "The containers' ids (default: all running containers).")
    private List<String> ids = List.of();

    @Mixin
    private FormatOption format;

    @Option(
            names = "--no-stream",
            description = "Accepted for docker compatibility; statistics are always printed once.")
    private boolean once;

    @Option(names = "--no-trunc", description = "Accepted for docker compatibility; nothing is ever shortened.")
    private boolean whole;

    @Override
    public int perform(EngineContext context) {
        format.check(COLUMNS);
        List<JsonNode> rows = new ArrayList<>();
        int code = context.each(ids.isEmpty() ? running(context) : ids, id -> {
            ObjectNode row = context.engine().statistics(id).deepCopy();
            rows.add(row.put("id", id));
        });
        if (format.isAbsent() || format.isJson()) {
            rows.forEach(row -> context.print(row + "\n"));
        } else {
            context.print(format.text(COLUMNS, rows));
        }
        return code;
    }

    private static List<String> running(EngineContext context) {
        List<String> running = new ArrayList<>();
        context.engine()
                .list(new ContainerFilter(Optional.of("running"), List.of()))
                .forEach(one -> running.add(one.path("id").asText()));
        return running;
    }

    private static String cpuTime(JsonNode row) {
        return String.format(Locale.ROOT, "%.2fs", row.path("cpuMicros").asLong() / MICROS);
    }

    private static String memory(JsonNode row) {
        return size(row, "memoryBytes") + " / " + (row.has("memoryLimitBytes") ? size(row, "memoryLimitBytes") : "--");
    }

    private static String memoryPercent(JsonNode row) {
        long limit = row.path("memoryLimitBytes").asLong();
        return limit == 0
                ? "--"
                : String.format(Locale.ROOT, "%.2f%%", row.path("memoryBytes").asLong() * 100.0 / limit);
    }

    private static String size(JsonNode row, String field) {
        return Sizes.of(row.path(field).asLong());
    }
}
