package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A field of the rows of a list.
 *
 * @param field what templates call it, in upper or lower case
 * @param heading of a table
 * @param shown whether a table shows it that names no fields
 * @param text of a row
 */
public record Column(String field, String heading, boolean shown, Function<JsonNode, String> text) {

    /** One that a table shows: what is at {@code path} in a row. */
    public static Column shown(String field, String heading, String path) {
        return new Column(field, heading, true, row -> text(row.at("/" + path)));
    }

    /** One that only templates show. */
    public static Column hidden(String field, String path) {
        return new Column(field, field.toUpperCase(Locale.ROOT), false, row -> text(row.at("/" + path)));
    }

    /** A list as words, an object as {@code name=value,name=value}. */
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
