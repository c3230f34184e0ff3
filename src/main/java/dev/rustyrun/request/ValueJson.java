package dev.rustyrun.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.ByteSize;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and writes a field's value in JSON, according to the field's shape. */
final class ValueJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ValueJson() {}

    static Object read(RequestFields.Entry entry, JsonNode value, String pointer) {
        return switch (entry.shape()) {
            case FLAG -> checked(value.isBoolean(), entry, pointer, "must be true or false", value.booleanValue());
            case NUMBER -> number(entry, value, pointer);
            case WHOLE -> {
                boolean whole = value.isIntegralNumber() && value.canConvertToLong();
                yield checked(whole, entry, pointer, "must be a whole number", value.longValue());
            }
            case TEXT, CONTENT -> text(entry, value, pointer, "must be a string");
            case SIZE -> size(entry, value, pointer);
            case TEXTS -> texts(entry, value, pointer);
            case VARIABLES -> variables(entry, value, pointer);
            case VOLUMES -> RequestJson.objects(entry, array(entry, value, pointer), pointer, Volume::new);
            case FILES -> RequestJson.objects(entry, array(entry, value, pointer), pointer, PlacedFile::new);
        };
    }

    private static BigDecimal number(RequestFields.Entry entry, JsonNode value, String pointer) {
        checked(value.isNumber(), entry, pointer, "must be a number", value);
        checked(Double.isFinite(value.doubleValue()), entry, pointer, "is too large a number", value);
        return value.decimalValue();
    }

    private static <T> T checked(boolean right, RequestFields.Entry entry, String pointer, String wrong, T value) {
        if (!right) {
            throw FieldException.at(pointer, entry.json() + " " + wrong);
        }
        return value;
    }

    private static String text(RequestFields.Entry entry, JsonNode value, String pointer, String wrong) {
        String text = checked(value.isTextual(), entry, pointer, wrong, value.textValue());
        return entry.shape() == Shape.CONTENT ? text : forKernel(entry, text, pointer);
    }

    /** The kernel takes strings that end with NUL, and Rustyrun passes them as UTF-8. */
    private static String forKernel(RequestFields.Entry entry, String text, String pointer) {
        checked(text.indexOf('\0') < 0, entry, pointer, "must not contain a NUL", text);
        return checked(
                StandardCharsets.UTF_8.newEncoder().canEncode(text),
                entry,
                pointer,
                "must not contain half of a surrogate pair, which cannot be written as UTF-8",
                text);
    }

    private static String size(RequestFields.Entry entry, JsonNode value, String pointer) {
        boolean number = value.isIntegralNumber() && value.canConvertToLong();
        boolean right = number || ByteSize.limit(value.asText("")).isPresent() && value.isTextual();
        return checked(right, entry, pointer, "must be a number of bytes, or a size such as \"64m\"", value.asText());
    }

    private static List<String> texts(RequestFields.Entry entry, JsonNode value, String pointer) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(entry, value, pointer)) {
            texts.add(text(entry, element, pointer, "must be a list of strings"));
        }
        return texts;
    }

    private static JsonNode array(RequestFields.Entry entry, JsonNode value, String pointer) {
        return checked(value.isArray(), entry, pointer, "must be a list", value);
    }

    private static List<Variable> variables(RequestFields.Entry entry, JsonNode value, String pointer) {
        List<Variable> variables = new ArrayList<>();
        checked(value.isObject(), entry, pointer, "must be an object of strings", value);
        value.properties().forEach(member -> {
            String name = forKernel(entry, member.getKey(), pointer);
            String said = text(entry, member.getValue(), pointer, "must be an object of strings");
            variables.add(new Variable(name, Optional.of(said)));
        });
        return variables;
    }

    static JsonNode write(RequestFields.Entry entry, Object value) {
        return switch (entry.shape()) {
            case FLAG -> NODES.booleanNode((Boolean) value);
            case NUMBER -> NODES.numberNode((BigDecimal) value);
            case WHOLE -> NODES.numberNode((Long) value);
            case TEXT, CONTENT -> NODES.textNode((String) value);
            case SIZE -> NODES.numberNode(ByteSize.ofOption(entry.json(), (String) value));
            case VARIABLES -> variables((List<?>) value);
            case TEXTS, VOLUMES, FILES -> elements((List<?>) value);
        };
    }

    private static ArrayNode elements(List<?> list) {
        ArrayNode array = NODES.arrayNode();
        list.forEach(element ->
                array.add(element instanceof String text ? NODES.textNode(text) : RequestJson.write(element)));
        return array;
    }

    private static ObjectNode variables(List<?> list) {
        ObjectNode object = NODES.objectNode();
        for (Object element : list) {
            Variable variable = (Variable) element;
            object.put(variable.name(), variable.value().orElse(""));
        }
        return object;
    }
}
