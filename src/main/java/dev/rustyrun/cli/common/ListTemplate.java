package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rustyrun.engine.Table;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line template in the subset of Go's template language that is usual with container engines: text, {@code
 * {{.Field}}}, {@code {{.Field.Below}}} and the functions {@link #FUNCTIONS}, also after {@code |}.
 */
final class ListTemplate {

    private static final Set<String> FUNCTIONS = new TreeSet<>(Set.of("index", "join", "json", "lower", "upper"));
    private static final Pattern ACTION = Pattern.compile("\\{\\{(.*?)}}", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("\\s*(?:(\"[^\"]*\"|`[^`]*`)|(\\.[\\w.-]*)|(\\w+)|(\\|))\\s*");
    private static final String NO_VALUE = "<no value>";

    /** An action, or a piece of text if there are no stages. */
    private record Piece(String text, List<List<String>> stages) {

        /** The first field in the action. */
        String field() {
            return stages.stream()
                    .flatMap(List::stream)
                    .filter(word -> word.startsWith("."))
                    .findFirst()
                    .orElse(".");
        }
    }

    private final List<Piece> pieces = new ArrayList<>();
    private final List<Column> columns;

    /**
     * Parses {@code text}.
     *
     * @param columns fields in addition to those of a row's JSON
     * @throws InvalidSpecException when the template is invalid
     */
    ListTemplate(String text, List<Column> columns) {
        this.columns = columns;
        Matcher action = ACTION.matcher(text);
        int from = 0;
        while (action.find()) {
            addText(text.substring(from, action.start()));
            pieces.add(new Piece("", stages(action.group(1))));
            from = action.end();
        }
        addText(text.substring(from));
    }

    private void addText(String text) {
        if (text.contains("{{") || text.contains("}}")) {
            throw wrong("{{ and }} must come in pairs");
        }
        pieces.add(new Piece(text.replace("\\t", "\t").replace("\\n", "\n"), List.of()));
    }

    private static List<List<String>> stages(String action) {
        List<List<String>> stages = new ArrayList<>(List.of(new ArrayList<>()));
        Matcher word = WORD.matcher(action);
        int at = 0;
        for (; at < action.length() && word.find(at) && word.start() == at; at = word.end()) {
            if (word.group(4) != null) {
                stages.add(new ArrayList<>());
            } else {
                stages.get(stages.size() - 1).add(word.group().strip());
            }
        }
        for (List<String> stage : stages) {
            boolean field = !stage.isEmpty() && stage.get(0).startsWith(".") && stage.size() == 1;
            boolean call = !stage.isEmpty() && FUNCTIONS.contains(stage.get(0));
            if (at < action.length() || !(call || field && stage == stages.get(0))) {
                throw wrong("{{" + action + "}} must be a field such as {{.ID}}, or one of the functions "
                        + String.join(", ", FUNCTIONS) + " with a field");
            }
        }
        return stages;
    }

    private static InvalidSpecException wrong(String what) {
        return new InvalidSpecException("--format: " + what);
    }

    /** The line of headings. */
    String headings() {
        StringBuilder line = new StringBuilder();
        for (Piece piece : pieces) {
            String name = piece.field().substring(1);
            line.append(
                    piece.stages().isEmpty()
                            ? piece.text()
                            : columns.stream()
                                    .filter(column -> column.field().equalsIgnoreCase(name))
                                    .map(Column::heading)
                                    .findFirst()
                                    .orElse(name.substring(name.lastIndexOf('.') + 1)
                                            .toUpperCase(Locale.ROOT)));
        }
        return line.toString();
    }

    /** The line of a row. */
    String line(JsonNode row) {
        StringBuilder line = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece.stages().isEmpty()) {
                line.append(piece.text());
            } else {
                JsonNode value = value(piece.stages(), row);
                line.append(value.isMissingNode() ? NO_VALUE : Table.cell(Column.text(value)));
            }
        }
        return line.toString();
    }

    /** Checks that all fields of the template exist: as a column, or in the JSON of a row. */
    void check(List<JsonNode> rows) {
        Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        columns.forEach(column -> known.add(column.field()));
        rows.forEach(row -> row.fieldNames().forEachRemaining(known::add));
        for (Piece piece : pieces) {
            for (List<String> stage : piece.stages()) {
                for (String word : stage) {
                    String first = word.startsWith(".") ? word.substring(1).replaceFirst("\\..*", "") : "";
                    if (!first.isEmpty() && !known.contains(first)) {
                        throw wrong("unknown field ." + first + ": the fields are ." + String.join(", .", known));
                    }
                }
            }
        }
    }

    private JsonNode value(List<List<String>> stages, JsonNode row) {
        List<JsonNode> piped = List.of();
        for (List<String> stage : stages) {
            List<JsonNode> values = new ArrayList<>();
            boolean raw = stage.get(0).equals("json")
                    || stage.get(0).equals("index")
                    || stage.get(0).equals("join")
                    || stages.size() > 1;
            stage.forEach(word -> {
                if (word.startsWith(".")) {
                    values.add(field(word.substring(1), row, raw));
                } else if (!FUNCTIONS.contains(word)) {
                    values.add(TextNode.valueOf(word.matches("[\"`].*") ? word.substring(1, word.length() - 1) : word));
                }
            });
            values.addAll(piped);
            piped = List.of(stage.get(0).startsWith(".") ? values.get(0) : call(stage.get(0), values));
        }
        return piped.get(0);
    }

    private static JsonNode call(String function, List<JsonNode> values) {
        JsonNode value = values.isEmpty() ? MissingNode.getInstance() : values.get(0);
        Function<Integer, String> text = at -> Column.text(values.get(at));
        boolean two = function.equals("index") || function.equals("join");
        if (values.size() != (two ? 2 : 1)) {
            throw wrong(function + " takes " + (two ? "a field and a word" : "one field"));
        }
        return switch (function) {
            case "json" -> TextNode.valueOf(value.isMissingNode() ? "null" : value.toString());
            case "lower" -> TextNode.valueOf(text.apply(0).toLowerCase(Locale.ROOT));
            case "upper" -> TextNode.valueOf(text.apply(0).toUpperCase(Locale.ROOT));
            case "index" ->
                value.isArray() && text.apply(1).matches("[0-9]{1,9}")
                        ? value.path(Integer.parseInt(text.apply(1)))
                        : value.path(text.apply(1));
            default -> {
                List<String> words = new ArrayList<>();
                value.forEach(word -> words.add(Column.text(word)));
                yield TextNode.valueOf(value.isArray() ? String.join(text.apply(1), words) : text.apply(0));
            }
        };
    }

    /** A field of a row: the text of a column, or with {@code raw} the value in the row's JSON if it has one. */
    private JsonNode field(String path, JsonNode row, boolean raw) {
        JsonNode found = row;
        for (String name : path.isEmpty() ? new String[0] : path.split("\\.")) {
            JsonNode in = found;
            found = MissingNode.getInstance();
            for (var names = in.fieldNames(); found.isMissingNode() && names.hasNext(); ) {
                String next = names.next();
                if (next.equalsIgnoreCase(name)) {
                    found = in.get(next);
                }
            }
        }
        if (path.isEmpty()) {
            return raw ? row : TextNode.valueOf(row.toString());
        }
        JsonNode inJson = found;
        return columns.stream()
                .filter(column -> column.field().equalsIgnoreCase(path))
                .filter(column -> !raw || inJson.isMissingNode())
                .findFirst()
                .map(column -> column.text().apply(row))
                .filter(text -> !raw || !text.isEmpty())
                .<JsonNode>map(TextNode::valueOf)
                .orElse(inJson);
    }
}
