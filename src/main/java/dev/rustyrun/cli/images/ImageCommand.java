package dev.rustyrun.cli.images;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.cli.common.Column;
import dev.rustyrun.cli.common.FormatOption;
import dev.rustyrun.cli.common.InspectCommand;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.Sizes;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code image}: the commands about images that docker and podman group here. */
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 125,
        description = "Inspect, list, remove and prune images.",
        subcommands = {
            ImageCommand.Inspect.class,
            ImageCommand.History.class,
            ImageCommand.Prune.class,
            ImagesCommand.Listed.class,
            RemoveImageCommand.Removed.class
        })
public final class ImageCommand extends CommandGroup {

    /** {@code image inspect}: prints the details of images. */
    @Command(
            name = "inspect",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Print the details of images as a JSON array.")
    public static final class Inspect implements EngineContext.Command {

        private static final List<Column> COLUMNS = List.of(Column.shown("ID", "ID", "id"));

        @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "A name, an id or the beginning of an id.")
        private List<String> images;

        @Mixin
        private FormatOption format;

        @Override
        public int perform(EngineContext context) {
            return InspectCommand.print(context, format, COLUMNS, images, context.images()::inspect);
        }
    }

    /** {@code image history}: prints how an image was built. */
    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Print the history of an image, the newest step first.")
    public static final class History implements EngineContext.Command {

        private static final int MAX_WORDS = 60;

        @Parameters(paramLabel = "IMAGE", arity = "1", description = "A name, an id or the beginning of an id.")
        private String image;

        @Option(names = "--no-trunc", description = "Print whole commands.")
        private boolean whole;

        @Mixin
        private FormatOption format;

        @Override
        public int perform(EngineContext context) {
            List<Column> columns = List.of(
                    new Column("Created", "CREATED", true, step -> date(step.path("created"))),
                    new Column(
                            "Size",
                            "SIZE",
                            true,
                            step -> Sizes.of(step.path("size").asLong())),
                    new Column("CreatedBy", "CREATED BY", true, this::command),
                    Column.hidden("CreatedAt", "created"),
                    Column.hidden("Comment", "comment"));
            format.check(columns);
            context.print(format.text(columns, context.images().history(image)));
            return 0;
        }

        private String command(JsonNode step) {
            String by = step.path("createdBy").asText();
            return whole || by.length() <= MAX_WORDS ? by : by.substring(0, MAX_WORDS) + "…";
        }

        private static String date(JsonNode time) {
            return time.asText().replaceFirst("T.*", "");
        }
    }

    /** {@code image prune}: removes unused images. */
    @Command(
            name = "prune",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Remove images without a tag, and the remains of interrupted operations.")
    public static final class Prune implements EngineContext.Command {

        @Option(
                names = {"-a", "--all"},
                description = "Remove all images that no container uses.")
        private boolean all;

        @Option(
                names = {"-f", "--force"},
                description = "Accepted for docker compatibility; has no effect. There is no confirmation prompt.")
        private boolean force;

        @Override
        public int perform(EngineContext context) {
            context.images().prune(all).forEach(line -> context.print(line + "\n"));
            return 0;
        }
    }
}
