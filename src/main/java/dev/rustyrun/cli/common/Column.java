package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A column of a list.
 *
 * @param field the field's name in templates, case-insensitive
 * @param heading the heading in a table
 * @param shown whether a table without a template shows the column
 * @param text returns the cell of a row
 */
public record Column(String field, String heading, boolean shown, Function<JsonNode, String> text) {

    /** A column of the default table; {@code path} is the place in the row's JSON. */
    public static Column shown(String field, String heading, String path) {
        return new Column(field, heading, true, row -> text(row.at("/" + path)));
    }

    /** A column that only templates can show. */
    public static Column hidden(String field, String path) {
        return new Column(field, field.toUpperCase(Locale.ROOT), false, row -> text(row.at("/" + path)));
    }

    /** An array as words, an object as {@code name=value,name=value}. */
    public static String text(JsonNode value) {
        List<String> words = new ArrayList<>();
        if (value.isObject()) {
            value.properties().forEach(one -> words.add(one.getKey() + "=" + text(one.getValue())));
            return String.join(",", words);
        }
        value.forEach(word -> words.add(word.asText()));
        return value.isArray() ? String.join(" ", words) : value.asText();
    }
}
