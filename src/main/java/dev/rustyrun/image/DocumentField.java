package dev.rustyrun.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.JsonFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value in a JSON document about images, with its path for messages. A field that is null counts as missing. */
record DocumentField(String path, JsonNode node) {

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * Reads a document.
     *
     * @param what names the document in messages
     * @throws InvalidSpecException when it is not a JSON object or array
     */
    static DocumentField read(String what, byte[] json) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvalidSpecException(what + " is not JSON: " + JsonFault.of(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new InvalidSpecException(what + " is not JSON: " + e.getMessage());
        }
        DocumentField document = new DocumentField(what, node);
        if (!node.isObject() && !node.isArray()) {
            throw document.wrong("is neither an object nor an array");
        }
        return document;
    }

    DocumentField field(String name) {
        if (isPresent() && !node.isObject()) {
            throw wrong("is not an object");
        }
        return new DocumentField(path + " ." + name, node.path(name));
    }

    /** The field {@code name}, or {@code other}, which is its old name. */
    DocumentField field(String name, String other) {
        return field(name).isPresent() ? field(name) : field(other);
    }

    boolean isPresent() {
        return !node.isMissingNode() && !node.isNull();
    }

    List<DocumentField> elements() {
        if (isPresent() && !node.isArray()) {
            throw wrong("is not an array");
        }
        List<DocumentField> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(new DocumentField(path + "[" + i + "]", node.get(i)));
        }
        return elements;
    }

    String text() {
        if (!node.isTextual()) {
            throw wrong(isPresent() ? "is not a string" : "is missing");
        }
        if (node.textValue().indexOf('\0') >= 0) {
            throw wrong("has a NUL character in it");
        }
        return node.textValue();
    }

    String textOr(String whenMissing) {
        return isPresent() ? text() : whenMissing;
    }

    List<String> texts() {
        return elements().stream().map(DocumentField::text).toList();
    }

    /** The names of this object's fields; empty when the object is missing. */
    List<String> names() {
        return List.copyOf(fields().keySet());
    }

    Map<String, DocumentField> fields() {
        if (isPresent() && !node.isObject()) {
            throw wrong("is not an object");
        }
        Map<String, DocumentField> fields = new LinkedHashMap<>();
        node.properties()
                .forEach(field -> fields.put(
                        field.getKey(),
                        new DocumentField(path + " ." + Printable.shown(field.getKey()), field.getValue())));
        return fields;
    }

    Map<String, String> textMap() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields().forEach((name, field) -> texts.put(name, field.text()));
        return texts;
    }

    boolean truth() {
        return isPresent() && node.asBoolean();
    }

    /** A number of bytes. */
    long size() {
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            throw wrong(isPresent() ? "is not a size in bytes" : "is missing");
        }
        return node.longValue();
    }

    Digest digest() {
        try {
            return Digest.parse(text());
        } catch (InvalidSpecException e) {
            throw wrong("is not a digest: " + e.getMessage());
        }
    }

    InvalidSpecException wrong(String what) {
        return new InvalidSpecException(path + " " + what);
    }
}
