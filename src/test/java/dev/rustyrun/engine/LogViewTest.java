package dev.rustyrun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogViewTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static Instant since(String text) {
        return Instant.EPOCH.plusNanos(LogView.micros("--since", text, NOW) * 1000);
    }

    @Test
    void a_time_is_absolute_or_how_long_ago() {
        assertEquals(Instant.parse("2026-01-31T11:50:00Z"), since("10m"));
        assertEquals(Instant.parse("2026-01-30T10:29:30Z"), since("1d1h30m30s"));
        assertEquals(Instant.parse("2026-01-31T11:00:00Z"), since("2026-01-31T11:00:00Z"));
        assertEquals(Instant.ofEpochSecond(17), since("17"));
        assertEquals(Instant.EPOCH, since("999999999d"));
        assertTrue(assertThrows(InvalidSpecException.class, () -> since("yesterday"))
                .getMessage()
                .endsWith("or a duration before now such as 10m"));
        for (String wrong : List.of("m", "10x", "never", "-10m", "9999999999d")) {
            assertThrows(InvalidSpecException.class, () -> since(wrong), wrong);
        }
    }
}
