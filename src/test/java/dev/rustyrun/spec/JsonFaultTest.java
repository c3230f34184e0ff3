package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFaultTest {

    /** The library's class, option and method names and its source locations, which must not occur in messages. */
    private static final Pattern LIBRARY =
            Pattern.compile("`|Source|REDACTED|Stream|Feature|[a-z]\\.[a-z]|Exception|\\(CTRL.*CTRL|\\R");

    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static void expectPlain(byte[] json) {
        IOException fault = assertThrows(
                IOException.class, () -> STRICT.readTree(json), () -> new String(json, StandardCharsets.UTF_8));
        String said = JsonFault.of(
                fault instanceof JsonProcessingException known ? known.getOriginalMessage() : fault.getMessage());
        assertFalse(said.isBlank());
        assertFalse(LIBRARY.matcher(said).find(), said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{", "[", "[1,", "[1}", "{]", "{\"a\": ]", "{\"a\"", "{\"a\":", "{\"a\" 1}", "{\"a\": 1} x", "{} {}",
                        "nul",
                "treu", "'a'", "{a: 1}", "{\"a\": 1, \"a\": 2}", "\"a", "\"\\x\"", "\"\\u00\"", "\"\n\"", "01", "1.",
                        "1e", "-",
                "+1", "NaN", "[1,]", "[,1]", "/* x */ 1", "\u0001", "{\"a\": \"\t\"}", ".5", "-Infinity", "=",
                        "{\"a\": 1]"
            })
    void f6_the_reason_names_nothing_of_the_library(String json) {
        expectPlain(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void f6_the_reason_for_invalid_text_or_exceeded_limits_names_nothing_of_the_library() {
        expectPlain(new byte[] {'"', (byte) 0xff, '"'});
        expectPlain(new byte[] {(byte) 0xff, (byte) 0xfe, 1, 2});
        expectPlain("[".repeat(2000).getBytes(StandardCharsets.UTF_8));
        expectPlain("1".repeat(2000).getBytes(StandardCharsets.UTF_8));
        expectPlain(("{\"" + "a".repeat(60_000) + "\": 1}").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_reason_without_words_is_a_syntax_error() {
        assertEquals("it has a syntax error", JsonFault.of(null));
        assertEquals("it has a syntax error", JsonFault.of("[Source: REDACTED]"));
    }
}
