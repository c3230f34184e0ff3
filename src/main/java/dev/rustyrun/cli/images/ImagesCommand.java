package dev.rustyrun.cli.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cli.common.Column;
import dev.rustyrun.cli.common.FormatOption;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.ImageRow;
import dev.rustyrun.spec.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code images}: lists the images of the store. */
@Command(
        name = "images",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "List images.")
public class ImagesCommand implements EngineContext.Command {

    private static final int ID_START = "sha256:".length();
    private static final int ID_LENGTH = 12;
    private static final String NONE = "<none>";

    @Parameters(
            paramLabel = "REPOSITORY",
            arity = "0..1",
            defaultValue = "",
            description = "List only images of this repository.")
    private String repository;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only ids.")
    private boolean quiet;

    @Option(names = "--digests", description = "Print the digests of manifests too.")
    private boolean digests;

    @Option(names = "--no-trunc", description = "Print whole ids.")
    private boolean whole;

    @Option(
            names = {"-a", "--all"},
            description = "Accepted for docker compatibility; has no effect. All images are always listed.")
    private boolean all;

    @Mixin
    private FormatOption format;

    @Override
    public int perform(EngineContext context) {
        List<Column> columns = List.of(
                new Column("Repository", "REPOSITORY", true, row -> orNone(row, "repository")),
                new Column("Tag", "TAG", true, row -> orNone(row, "tag")),
                new Column(
                        "Digest", "DIGEST", digests, row -> row.path("digest").asText()),
                new Column("ID", "IMAGE ID", true, this::id),
                new Column(
                        "Created",
                        "CREATED",
                        true,
                        row -> row.path("created").asText().replaceFirst("T.*", "")),
                new Column(
                        "Size", "SIZE", true, row -> Sizes.of(row.path("size").asLong())),
                Column.hidden("CreatedAt", "created"),
                Column.hidden("Platform", "platform"));
        format.check(columns);
        List<JsonNode> rows = new ArrayList<>();
        context.anyImages().list().stream().filter(this::isWanted).forEach(row -> rows.add(json(row)));
        if (quiet) {
            Set<String> ids = new LinkedHashSet<>();
            rows.forEach(row -> ids.add(id(row)));
            ids.forEach(id -> context.print(id + "\n"));
        } else {
            context.print(format.text(columns, rows));
        }
        return 0;
    }

    private boolean isWanted(ImageRow row) {
        return repository.isEmpty()
                || row.repository().equals(repository)
                || (row.repository() + ":" + row.tag()).equals(repository);
    }

    private String id(JsonNode row) {
        String id = row.path("id").asText();
        return whole ? id : id.substring(ID_START, ID_START + ID_LENGTH);
    }

    private static String orNone(JsonNode row, String field) {
        String text = row.path(field).asText();
        return text.isEmpty() ? NONE : text;
    }

    private static ObjectNode json(ImageRow row) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", row.id())
                .put("repository", row.repository())
                .put("tag", row.tag())
                .put("digest", row.digest())
                .put("created", row.created())
                .put("size", row.size())
                .put("platform", row.platform());
    }

    /** {@code image ls}: an alias of {@code images}. */
    @Command(
            name = "ls",
            aliases = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "List images.")
    public static final class Listed extends ImagesCommand {}
}
