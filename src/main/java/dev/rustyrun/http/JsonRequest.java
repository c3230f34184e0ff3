package dev.rustyrun.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.JsonFault;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object in a request, read field by field. Whatever is not as it should be ends the request with a problem that
 * points to the field; {@link #end} refuses fields that nobody has asked for, so that a typing error is no silent default.
 */
final class JsonRequest {

    /** A text may be as long as a body: that has its own limit. */
    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(100)
            .maxNumberLength(1000)
            .maxStringLength(Integer.MAX_VALUE)
            .build();

    private static final ObjectMapper JSON = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode node;
    private final String pointer;
    private final Set<String> asked = new HashSet<>();
    private Optional<ProblemException> missing = Optional.empty();

    private JsonRequest(JsonNode node, String pointer) {
        this.node = node;
        this.pointer = pointer;
    }

    /**
     * The object in {@code body}.
     *
     * @throws ProblemException 400 when it is no JSON, 422 when it is no object
     */
    static JsonRequest parse(byte[] body) {
        JsonNode node;
        try {
            node = body.length == 0 ? JsonNodeFactory.instance.missingNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw malformed(
                    e.getOriginalMessage(),
                    e.getLocation() == null
                            ? ""
                            : " (line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + ")");
        } catch (IOException e) {
            throw malformed(e.getMessage(), "");
        }
        if (!node.isObject()) {
            throw Problem.field("/", "the body must be a JSON object").exception();
        }
        return new JsonRequest(node, "");
    }

    private static ProblemException malformed(String said, String place) {
        return Problem.of(400, "malformed-json", "the body is not JSON: " + JsonFault.of(said) + place)
                .exception();
    }

    /** One that this service has written itself. */
    static JsonRequest of(ObjectNode node) {
        return new JsonRequest(node, "");
    }

    /** Ends the request because of {@code field}. */
    ProblemException wrong(String field, String detail) {
        return Problem.field(pointerTo(field), field + " " + detail).exception();
    }

    private String pointerTo(String field) {
        return pointer + "/" + field.replace("~", "~0").replace("/", "~1");
    }

    private Optional<JsonNode> field(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Optional<String> text(String name) {
        return field(name).map(value -> {
            if (!value.isTextual()) {
                throw wrong(name, "must be a string");
            }
            return checked(name, value.textValue());
        });
    }

    /** The kernel takes no NUL within a text, and is given UTF-8. */
    private String checked(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw wrong(name, "must not contain a NUL");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw wrong(name, "must not contain half of a surrogate pair, which cannot be written as UTF-8");
        }
        return text;
    }

    /** One that must be given; that it is not is said at the {@link #end}, for a wrong name explains it better. */
    String requiredText(String name) {
        return text(name).orElseGet(() -> {
            isMissing(name, "is missing");
            return "";
        });
    }

    private void isMissing(String name, String why) {
        missing = missing.or(() -> Optional.of(wrong(name, why)));
    }

    /** Text that may hold any character: it goes to no kernel call. */
    Optional<String> content(String name) {
        return field(name).map(value -> {
            if (!value.isTextual()) {
                throw wrong(name, "must be a string");
            }
            return value.textValue();
        });
    }

    boolean flag(String name) {
        return field(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(name, "must be true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    Optional<BigDecimal> number(String name) {
        return field(name).map(value -> {
            if (!value.isNumber()) {
                throw wrong(name, "must be a number");
            }
            if (!Double.isFinite(value.doubleValue())) {
                throw wrong(name, "is too large a number");
            }
            return value.decimalValue();
        });
    }

    Optional<Long> whole(String name) {
        return field(name).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw wrong(name, "must be a whole number");
            }
            return value.longValue();
        });
    }

    /** Bytes: a whole number, or a text such as {@code 64m}. */
    Optional<Long> size(String name) {
        return field(name).map(value -> {
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return value.longValue();
            }
            return ByteSize.parse(value.isTextual() ? value.textValue() : "")
                    .orElseThrow(() -> wrong(name, "must be a number of bytes, or a size such as \"64m\""));
        });
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode value : array(name)) {
            if (!value.isTextual()) {
                throw wrong(name, "must be a list of strings");
            }
            texts.add(checked(name, value.textValue()));
        }
        return texts;
    }

    /** A program and its arguments. */
    List<String> command() {
        List<String> command = texts("command");
        if (command.isEmpty()) {
            isMissing("command", "must name a program");
        }
        return command;
    }

    /** The size of a terminal. */
    WindowSize windowSize() {
        return new WindowSize(extent("rows", 24), extent("columns", 80));
    }

    private int extent(String name, int usual) {
        long value = whole(name).orElse((long) usual);
        if (value < 1 || value > 9999) {
            throw wrong(name, "must be from 1 to 9999");
        }
        return (int) value;
    }

    Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        field(name).ifPresent(value -> {
            if (!value.isObject()) {
                throw wrong(name, "must be an object of strings");
            }
            value.properties().forEach(entry -> {
                if (!entry.getValue().isTextual()) {
                    throw wrong(name, "must be an object of strings");
                }
                map.put(
                        checked(name, entry.getKey()),
                        checked(name, entry.getValue().textValue()));
            });
        });
        return map;
    }

    List<JsonRequest> objects(String name) {
        List<JsonRequest> objects = new ArrayList<>();
        for (JsonNode value : array(name)) {
            if (!value.isObject()) {
                throw wrong(name, "must be a list of objects");
            }
            objects.add(new JsonRequest(value, pointerTo(name) + "/" + objects.size()));
        }
        return objects;
    }

    private Iterable<JsonNode> array(String name) {
        Optional<JsonNode> value = field(name);
        if (value.isPresent() && !value.get().isArray()) {
            throw wrong(name, "must be a list");
        }
        return value.isPresent() ? value.get() : List.of();
    }

    /** Refuses what nobody has asked for, and what is missing. */
    void end() {
        node.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                throw Problem.field(
                                shown(pointerTo(name)),
                                quoted(name) + " is not a field of this request" + Suggestion.of(name, asked))
                        .exception();
            }
        });
        missing.ifPresent(problem -> {
            throw problem;
        });
    }

    /** A name that a caller has chosen, as it may stand in a problem. */
    static String shown(String name) {
        return Printable.shown(name);
    }

    /** The same in quotation marks. */
    static String quoted(String name) {
        return Printable.quoted(name);
    }
}
