package dev.rustyrun.network.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.JsonFault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads JSON of CNI configurations and plugins. */
final class CniJson {

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private CniJson() {}

    /**
     * Parses a JSON object.
     *
     * @param what names the text in messages
     * @throws CniException when {@code text} is not a JSON object
     */
    static ObjectNode object(String what, String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
            throw new CniException(what + " is not a JSON object");
        } catch (JsonProcessingException e) {
            throw new CniException(what + " is not JSON: " + JsonFault.of(e.getOriginalMessage()));
        }
    }

    static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    /** The text of the field {@code name}, escaped for a message. */
    static String shown(JsonNode object, String name) {
        return Printable.line(object.path(name).asText("").strip());
    }

    /** The strings in {@code array} that match {@code fit}, at most {@code most}. */
    static List<String> texts(JsonNode array, int most, Predicate<String> fit) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array) {
            if (texts.size() < most && element.isTextual() && fit.test(element.textValue())) {
                texts.add(element.textValue());
            }
        }
        return texts;
    }
}
