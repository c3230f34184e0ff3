package dev.rustyrun.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.JsonFault;

/** A JSON document from outside, parsed strictly: a duplicate name or text after the end is an error. */
final class JsonText {

    /** Names are not interned: interning searches all strings that are built into a native executable. */
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonText() {}

    /**
     * Parses {@code json}.
     *
     * @param what the kind of document, for the message
     * @throws InvalidSpecException when it is not JSON; the message names the line and column
     */
    static JsonNode tree(String what, String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": ";
            throw new InvalidSpecException(what + " is not JSON: " + where + JsonFault.of(e.getOriginalMessage()));
        }
    }
}
