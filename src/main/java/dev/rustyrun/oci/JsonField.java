package dev.rustyrun.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.InvalidSpecException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A value in a JSON document together with its path, so that every error can name the field. A null field counts as
 * missing.
 */
record JsonField(String path, JsonNode node) {

    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    /** The field {@code name} of this object, which may be missing. */
    JsonField field(String name) {
        if (!node.isObject()) {
            throw wrong("is not an object");
        }
        return new JsonField(below(name), node.path(name));
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** This object's fields by name, in order; empty when it is missing. */
    Map<String, JsonField> fields() {
        if (isPresent() && !node.isObject()) {
            throw wrong("is not an object");
        }
        Map<String, JsonField> fields = new LinkedHashMap<>();
        node.properties()
                .forEach(field ->
                        fields.put(field.getKey(), new JsonField(below(shown(field.getKey())), field.getValue())));
        return fields;
    }

    /** This object's strings by name, which must not be empty; an empty map when it is missing. */
    Map<String, String> textMap() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields().forEach((name, field) -> {
            if (name.isEmpty() || name.indexOf('\0') >= 0) {
                throw wrong("has a name that is empty or has a NUL character in it");
            }
            texts.put(name, field.text());
        });
        return texts;
    }

    boolean isPresent() {
        return !node.isMissingNode() && !node.isNull();
    }

    /** This array's elements; empty when it is missing. */
    List<JsonField> elements() {
        if (isPresent() && !node.isArray()) {
            throw wrong("is not an array");
        }
        List<JsonField> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(new JsonField(path + "[" + i + "]", node.get(i)));
        }
        return elements;
    }

    /** This array's strings; empty when it is missing. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (JsonField element : elements()) {
            texts.add(element.text());
        }
        return texts;
    }

    String text() {
        if (!isPresent()) {
            throw wrong("is missing");
        }
        if (!node.isTextual()) {
            throw wrong("is not a string");
        }
        if (node.textValue().indexOf('\0') >= 0) {
            throw wrong("has a NUL character in it");
        }
        return node.textValue();
    }

    /** A string that must not be empty. */
    String word() {
        if (text().isEmpty()) {
            throw wrong("is empty");
        }
        return text();
    }

    /** An absolute path. */
    String absolutePath() {
        if (!text().startsWith("/")) {
            throw wrong("is not an absolute path: " + quoted(text()));
        }
        return text();
    }

    /** Absolute paths; empty when the array is missing. */
    List<String> absolutePaths() {
        return elements().stream().map(JsonField::absolutePath).toList();
    }

    boolean truth() {
        if (!isPresent()) {
            throw wrong("is missing");
        }
        if (!node.isBoolean()) {
            throw wrong("is neither true nor false");
        }
        return node.booleanValue();
    }

    boolean truthOr(boolean whenMissing) {
        return isPresent() ? truth() : whenMissing;
    }

    /** A whole number from {@code least} to {@code most}. */
    long between(long least, long most) {
        if (!isPresent()) {
            throw wrong("is missing");
        }
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < least
                || node.longValue() > most) {
            throw wrong("is not a whole number from " + least + " to " + most);
        }
        return node.longValue();
    }

    long betweenOr(long least, long most, long whenMissing) {
        return isPresent() ? between(least, most) : whenMissing;
    }

    String textOr(String whenMissing) {
        return isPresent() ? text() : whenMissing;
    }

    /** A non-negative int. */
    int number() {
        if (!isPresent()) {
            throw wrong("is missing");
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw wrong("is not a whole number from 0 to " + Integer.MAX_VALUE);
        }
        return node.intValue();
    }

    OptionalInt optionalNumber() {
        return isPresent() ? OptionalInt.of(number()) : OptionalInt.empty();
    }

    /** A user or group id; 0 when it is missing. */
    int id() {
        return (int) betweenOr(0, Id.MAX, 0);
    }

    /** An unsigned 64-bit number; 0 when it is missing. */
    long unsigned() {
        if (!isPresent()) {
            return 0;
        }
        if (!node.isIntegralNumber()
                || node.bigIntegerValue().signum() < 0
                || node.bigIntegerValue().compareTo(TWO_TO_64) >= 0) {
            throw wrong("is not a whole number of up to 64 bits");
        }
        return node.bigIntegerValue().longValue();
    }

    /** Whether it is a whole number that uses all 64 bits without a sign. */
    boolean isBeyondLong() {
        return isPresent() && node.isIntegralNumber() && !node.canConvertToLong() && unsigned() < 0;
    }

    /** The element of {@code values} whose {@code word} equals this string. */
    <E> E oneOf(E[] values, Function<E, String> word) {
        String text = text();
        for (E value : values) {
            if (word.apply(value).equals(text)) {
                return value;
            }
        }
        throw wrong("is not one of " + word.apply(values[0]) + ", " + word.apply(values[1]) + " and so on: "
                + quoted(text));
    }

    InvalidSpecException wrong(String what) {
        return new InvalidSpecException(path + " " + what);
    }

    /** At most 40 characters of {@code text}, without characters that control a terminal. */
    static String quoted(String text) {
        return '"' + shown(text) + '"';
    }

    private static String shown(String text) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 40); i++) {
            b.append(Character.isISOControl(text.charAt(i)) ? '?' : text.charAt(i));
        }
        return b.append(text.length() > 40 ? "…" : "").toString();
    }
}
