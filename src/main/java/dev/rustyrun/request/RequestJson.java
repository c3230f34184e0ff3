package dev.rustyrun.request;

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
import dev.rustyrun.spec.JsonFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Requests as JSON, based on {@link RequestFields}. One document may contain the fields of several requests. Reading is
 * strict: an invalid value is an error with a JSON pointer, and so is an unknown field, so that a misspelled name does
 * not silently select the default.
 */
public final class RequestJson {

    /** A string may be as long as the body, which has its own limit. */
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

    private RequestJson() {}

    /**
     * Reads {@code body} into {@code requests}.
     *
     * @throws MalformedJsonException when it is not JSON
     * @throws FieldException for the first invalid field, otherwise for the first unknown, otherwise for the first
     *     missing one
     */
    public static void read(byte[] body, Object... requests) {
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
            throw FieldException.at("/", "the body must be a JSON object");
        }
        if (List.of(requests).stream().anyMatch(LaunchRequest.class::isInstance)) {
            node = NetworkObject.spread(node);
        }
        Set<String> known = new HashSet<>();
        Optional<FieldException> missing = Optional.empty();
        for (Object request : requests) {
            Optional<FieldException> lacking = fill(request, node, "", known);
            missing = missing.or(() -> lacking);
        }
        end(node, "", known, missing);
    }

    private static MalformedJsonException malformed(String said, String place) {
        return new MalformedJsonException("the body is not JSON: " + JsonFault.of(said) + place);
    }

    /** Reads the output of {@link #write}, ignoring fields that {@code request} does not have. */
    public static <T> T readOwn(ObjectNode json, T request) {
        fill(request, json, "", new HashSet<>()).ifPresent(missing -> {
            throw missing;
        });
        return request;
    }

    /** Writes the fields of {@code requests} that are set. */
    public static ObjectNode write(Object... requests) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Object request : requests) {
            for (RequestFields.Entry entry : RequestFields.of(request.getClass())) {
                Object value = entry.get(request);
                if (value != null) {
                    json.set(entry.json(), ValueJson.write(entry, value));
                }
            }
        }
        return json;
    }

    /** Reads the fields of {@code request}; returns the error for the first missing field. */
    private static Optional<FieldException> fill(Object request, JsonNode node, String pointer, Set<String> known) {
        Optional<FieldException> missing = Optional.empty();
        for (RequestFields.Entry entry : RequestFields.of(request.getClass())) {
            known.add(entry.json());
            JsonNode value = node.get(entry.json());
            boolean said = value != null && !value.isNull();
            if (said) {
                entry.set(request, ValueJson.read(entry, value, pointer + "/" + entry.json()));
            } else if (!entry.missing().isEmpty()) {
                entry.set(request, entry.missing());
            }
            if (entry.isRequired() && (!said || value.isArray() && value.isEmpty())) {
                missing = missing.or(() -> Optional.of(
                        FieldException.at(pointer + "/" + entry.json(), entry.json() + " " + entry.required())));
            }
        }
        return missing;
    }

    static <T> List<T> objects(RequestFields.Entry entry, JsonNode array, String pointer, Supplier<T> one) {
        List<T> objects = new ArrayList<>();
        for (JsonNode element : array) {
            if (!element.isObject()) {
                throw FieldException.at(pointer, entry.json() + " must be a list of objects");
            }
            T object = one.get();
            String at = pointer + "/" + objects.size();
            Set<String> known = new HashSet<>();
            end(element, at, known, fill(object, element, at, known));
            objects.add(object);
        }
        return objects;
    }

    /** A name as a part of a JSON pointer; RFC 6901. */
    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Reports unknown fields before missing ones: a misspelled name explains a missing field. */
    private static void end(JsonNode node, String pointer, Set<String> known, Optional<FieldException> missing) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw FieldException.at(
                        JsonFault.shown(pointer + "/" + escape(name)),
                        JsonFault.quoted(name) + " is not a field of this request" + Suggestion.of(name, known));
            }
        });
        missing.ifPresent(problem -> {
            throw problem;
        });
    }
}
