package dev.rustyrun.cli.images;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.cli.common.Column;
import dev.rustyrun.cli.common.FormatOption;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.Sizes;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code df}: prints the disk usage of the image store. */
@Command(
        name = "df",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Print the disk usage of the image store, and what image prune --all would free.")
public class DiskUsageCommand implements EngineContext.Command {

    private static final List<Column> COLUMNS = List.of(
            Column.shown("Images", "IMAGES", "images"),
            new Column("Size", "SIZE", true, row -> size(row, "size")),
            new Column("Unpacked", "UNPACKED", true, row -> size(row, "unpacked")),
            new Column("Reclaimable", "RECLAIMABLE", true, row -> size(row, "reclaimable")),
            Column.shown("Path", "PATH", "path"));

    @Mixin
    private FormatOption format;

    @Override
    public int perform(EngineContext context) {
        format.check(COLUMNS);
        JsonNode usage = context.images().usage();
        context.print(format.isJson() ? usage + "\n" : format.text(COLUMNS, List.of(usage)));
        return 0;
    }

    private static String size(JsonNode row, String field) {
        return Sizes.of(row.path(field).asLong());
    }

    /** {@code system}: the group of docker's {@code system df}. */
    @Command(
            name = "system",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = 125,
            description = "Print the disk usage of the image store.",
            subcommands = Listed.class)
    public static final class SystemCommand extends CommandGroup {}

    /** {@code system df}: an alias of {@code df}. */
    @Command(
            name = "df",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Print the disk usage of the image store, and what image prune --all would free.")
    public static final class Listed extends DiskUsageCommand {}
}
