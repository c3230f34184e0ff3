package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.EngineContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a list of containers. */
public final class ListOptions {

    /** Columns for templates only, with the names that docker and podman use. */
    private static final List<Column> FURTHER = List.of(
            Column.hidden("Names", "id"),
            Column.hidden("State", "status"),
            Column.hidden("CreatedAt", "created"),
            Column.hidden("Pid", "pid"),
            Column.hidden("Rootfs", "rootfs"),
            Column.hidden("Bundle", "bundle"),
            Column.hidden("Owner", "owner"),
            Column.hidden("Reason", "reason"),
            Column.hidden("Annotations", "annotations"),
            Column.hidden("Image", "launch/image"),
            Column.hidden("Command", "launch/command"),
            new Column("Labels", "LABELS", false, ListOptions::labels));

    @Mixin
    private FormatOption format;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the ids.")
    private boolean quiet;

    @Option(
            names = {"-a", "--all"},
            description = "Accepted for docker compatibility; all containers are always printed.")
    private boolean all;

    @Option(names = "--no-trunc", description = "Accepted for docker compatibility; nothing is ever shortened.")
    private boolean whole;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description =
                    "Print only containers with this status, such as created, running, paused, stopped or exited.")
    private Optional<String> status = Optional.empty();

    @Option(
            names = "--label",
            paramLabel = "NAME[=VALUE]",
            description = "Print only containers with this label; repeatable.")
    private List<String> labels = List.of();

    /** The output format. */
    FormatOption format() {
        return format;
    }

    /** Whether to print only ids. */
    boolean isQuiet() {
        return quiet;
    }

    /** Prints the containers; returns the exit status. */
    int print(EngineContext context) {
        List<Column> columns = columns(context);
        format.check(columns);
        List<JsonNode> found = context.engine().list(new ContainerFilter(status, labels));
        if (quiet) {
            StringBuilder ids = new StringBuilder();
            found.forEach(one -> ids.append(one.path("id").asText()).append('\n'));
            context.print(ids.toString());
        } else {
            context.print(format.text(columns, found));
        }
        return 0;
    }

    private static List<Column> columns(EngineContext context) {
        List<Column> columns = new ArrayList<>();
        for (String path : context.engine().columns()) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            columns.add(Column.shown(name, name.toUpperCase(Locale.ROOT), path));
        }
        FURTHER.stream()
                .filter(one ->
                        columns.stream().noneMatch(column -> column.field().equalsIgnoreCase(one.field())))
                .toList()
                .forEach(columns::add);
        return columns;
    }

    /** The labels of a container; one that is not detached has them as annotations. */
    private static String labels(JsonNode row) {
        JsonNode labels =
                row.path("labels").isMissingNode() ? row.path("launch").path("labels") : row.path("labels");
        return Column.text(labels.isMissingNode() ? row.path("annotations") : labels);
    }
}
