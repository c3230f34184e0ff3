package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code inspect}: prints all information about containers. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Print everything known about containers as a JSON array.",
        footer = {"", "Example:", "  rustyrun inspect --format '{{.Status}} {{json .Result}}' web"})
public final class InspectCommand implements EngineContext.Command {

    /** The fields for templates; some containers do not have all of them. */
    private static final List<Column> COLUMNS = List.of(
            Column.shown("ID", "ID", "id"),
            Column.shown("Status", "STATUS", "status"),
            Column.hidden("Name", "id"),
            Column.hidden("Result", "result"),
            Column.hidden("Labels", "labels"),
            Column.hidden("Annotations", "annotations"),
            Column.hidden("Reason", "reason"));

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The containers' ids.")
    private List<String> ids;

    @Mixin
    private FormatOption format;

    @Override
    public int perform(EngineContext context) {
        return print(context, format, COLUMNS, ids, id -> container(context, id));
    }

    private static JsonNode container(EngineContext context, String id) {
        try {
            return context.engine().container(id);
        } catch (InvalidSpecException e) {
            if (isImage(context, id)) {
                throw new InvalidSpecException("container " + id
                        + " does not exist, but an image of this name does: rustyrun image inspect " + id);
            }
            throw e;
        }
    }

    private static boolean isImage(EngineContext context, String name) {
        try {
            context.anyImages().inspect(name);
            return true;
        } catch (InvalidSpecException e) {
            return false;
        }
    }

    /** Prints the JSON of {@code names}: pretty-printed unless a format was given. */
    public static int print(
            EngineContext context,
            FormatOption format,
            List<Column> columns,
            List<String> names,
            Function<String, JsonNode> inspected) {
        format.check(columns);
        List<JsonNode> rows = new ArrayList<>();
        int code = context.each(names, name -> rows.add(inspected.apply(name)));
        context.print(
                format.isAbsent()
                        ? JsonNodeFactory.instance.arrayNode().addAll(rows).toPrettyString() + "\n"
                        : format.text(columns, rows));
        return code;
    }
}
