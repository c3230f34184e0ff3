package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.engine.Table;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The output format of a list. */
public final class FormatOption {

    private static final String TABLE = "table";

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json|TEMPLATE",
            description = {
                "Print a table, JSON, or one line each from a Go template, such as '{{.ID}} {{.Status}}'.",
                "'table {{.ID}}\\t{{.Status}}' is a table with these columns."
            })
    private Optional<String> format = Optional.empty();

    /** Whether the option was not given. */
    public boolean isAbsent() {
        return format.isEmpty();
    }

    /** Whether the output is the default table. */
    public boolean isTable() {
        return format.isEmpty() || format.get().equals(TABLE);
    }

    /** Whether the output is JSON. */
    public boolean isJson() {
        return format.equals(Optional.of("json"));
    }

    /**
     * Checks the format before any data is fetched.
     *
     * @throws InvalidSpecException when the format is invalid
     */
    public void check(List<Column> columns) {
        format.filter(form -> !isJson() && !form.equals(TABLE)).ifPresent(form -> template(form, columns));
    }

    private static ListTemplate template(String form, List<Column> columns) {
        if (!form.contains("{{")) {
            throw new InvalidSpecException(
                    "--format \"" + form + "\" is not table, json or a template such as '{{.ID}} {{.Status}}'"
                            + (form.matches("\\w+!?=.*") ? "; -f means --format here, not a filter" : ""));
        }
        return new ListTemplate(form.replaceFirst("^" + TABLE + "\\s+", ""), columns);
    }

    /** Formats {@code rows}; the default is a table. */
    public String text(List<Column> columns, List<JsonNode> rows) {
        if (isJson()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            rows.forEach(array::add);
            return array + "\n";
        }
        if (isTable()) {
            List<Column> shown = columns.stream().filter(Column::shown).toList();
            List<List<String>> lines =
                    new ArrayList<>(List.of(shown.stream().map(Column::heading).toList()));
            rows.forEach(row -> lines.add(
                    shown.stream().map(column -> column.text().apply(row)).toList()));
            return Table.of(lines);
        }
        ListTemplate template = template(format.get(), columns);
        template.check(rows);
        if (format.get().matches("(?s)" + TABLE + "\\s.*")) {
            List<List<String>> lines = new ArrayList<>(List.of(cells(template.headings())));
            rows.forEach(row -> lines.add(cells(template.line(row))));
            return Table.of(lines);
        }
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(template.line(row)).append('\n'));
        return text.toString();
    }

    private static List<String> cells(String line) {
        return List.of(line.split("\t", -1));
    }
}
