package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.oci.SavedProcess;
import dev.rustyrun.spec.SpecBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {

    private static ContainerState state(ContainerState.Origin origin) {
        return new ContainerState("box", 5, 6, "/r\u00fc", "/c", "2026-01-01T00:00:00Z", 7, 8, true, origin);
    }

    @Test
    void a_state_is_the_same_after_encoding_and_decoding() {
        String kept = SavedProcess.write(new SpecBuilder("/r", List.of("sh", "\u00fc{}\"")).build());
        for (ContainerState.Origin origin : List.of(
                ContainerState.Origin.commandLine(kept),
                new ContainerState.Origin("/b", Map.of("a", "b"), true, true))) {
            assertEquals(Optional.of(state(origin)), StateFile.read(StateFile.write(state(origin))));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-12-01T03:00:00Z",
                "2026-12-01T03:00:07Z",
                "1999-02-28T23:59:59.5Z",
                "2024-02-29T00:00:00.000001Z",
                "2026-12-01T10:20:00.120Z",
                "2026-12-01T10:20:30.123456789Z"
            })
    void a_time_of_creation_has_the_form_of_RFC_3339(String text) {
        Instant time = Instant.parse(text);
        assertEquals(time.toString(), ContainerState.text(time));
    }

    @Test
    void a_truncated_text_is_not_a_state() {
        String whole = StateFile.write(state(ContainerState.Origin.commandLine("{\"a\":{}}")))
                .strip();
        for (int length = 0; length < whole.length(); length++) {
            assertEquals(Optional.empty(), StateFile.read(whole.substring(0, length)));
        }
    }
}
