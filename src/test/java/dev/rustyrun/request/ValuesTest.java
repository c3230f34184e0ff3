package dev.rustyrun.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of requests: sizes, volumes, files, and unknown names. */
class ValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "7b, 7",
        "64k, 65536",
        "64K, 65536",
        "64m, 67108864",
        "64MB, 67108864",
        "2g, 2147483648",
        "1t, 1099511627776",
        "999999999999999, 999999999999999"
    })
    void a_size_is_a_number_with_a_unit_of_1024(String text, long bytes) {
        assertEquals(Optional.of(bytes), ByteSize.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "m",
                "-1",
                "+1",
                "1.5g",
                "1 m",
                "64mib",
                "64bb",
                "0x10",
                "1e3",
                "9999999999999999",
                "٣",
                "64m\n",
                "999999999999t"
            })
    void anything_else_is_not_a_size(String text) {
        assertEquals(Optional.empty(), ByteSize.parse(text));
        assertThrows(InvalidSpecException.class, () -> ByteSize.ofOption("--memory", text.equals("-1") ? "-2" : text));
    }

    @Test
    void only_a_limit_may_be_minus_one() {
        assertEquals(-1, ByteSize.ofOption("--memory", "-1"));
    }

    @Test
    void a_volume_is_a_source_a_target_and_options() {
        Volume volume = Volume.of("/a:/b:ro,nosuid");
        assertEquals("/a", volume.source());
        assertEquals("/b", volume.target());
        assertEquals(List.of("ro", "nosuid"), volume.options());
        assertTrue(volume.isReadOnly());
        assertFalse(Volume.of("name:/b").isReadOnly());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", ":/b", "/a:", "/a:/b:ro:z", "::"})
    void any_other_volume_is_refused(String text) {
        assertThrows(InvalidSpecException.class, () -> Volume.of(text));
    }

    private static PlacedFile file(String json) {
        FilesRequest request = new FilesRequest();
        RequestJson.read(("{\"files\": [" + json.replace('\'', '"') + "]}").getBytes(StandardCharsets.UTF_8), request);
        request.check(new LaunchRequest(), 16);
        return request.files().get(0);
    }

    @Test
    void a_file_is_text_or_base64() {
        assertArrayEquals(
                "é".getBytes(StandardCharsets.UTF_8),
                file("{'path': 'a', 'text': 'é'}").bytes());
        assertArrayEquals(
                new byte[] {0, -1}, file("{'path': 'a', 'base64': 'AP8='}").bytes());
        assertEquals(0, file("{'path': 'a'}").bytes().length);
        assertEquals(0644, file("{'path': 'a'}").mode());
        assertEquals(0755, file("{'path': 'a', 'mode': '0755'}").mode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'text': 'a'}",
                "{'path': 'a', 'text': 'a', 'base64': 'AA=='}",
                "{'path': 'a', 'base64': 'no base64'}",
                "{'path': 'a', 'mode': '4755'}",
                "{'path': 'a', 'mode': '888'}",
                "{'path': 'a', 'mode': ''}",
                "{'path': 'a', 'owner': 'root'}"
            })
    void any_other_file_is_refused(String json) {
        assertThrows(FieldException.class, () -> file(json));
    }

    @ParameterizedTest
    @CsvSource({
        "memry, memory",
        "cmd, command",
        "CapDrop, dropCapabilities",
        "time-out, timeoutSeconds",
        "working_dir, workdir"
    })
    void a_similar_name_is_suggested(String wrong, String meant) {
        List<String> known = List.of("memory", "command", "dropCapabilities", "timeoutSeconds", "workdir");
        assertEquals("; did you mean \"" + meant + "\"?", Suggestion.of(wrong, known));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "zzzzzz", "memorymemorymemorymemorymemorymemorymemory"})
    void a_dissimilar_name_gets_no_suggestion(String wrong) {
        assertEquals("", Suggestion.of(wrong, List.of("memory", "command")));
    }
}
