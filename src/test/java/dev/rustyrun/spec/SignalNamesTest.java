package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.Signal;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalNamesTest {

    @ParameterizedTest
    @CsvSource({
        "KILL,9",
        "SIGKILL,9",
        "sigterm,15",
        "9,9",
        "0,0",
        "SIGRTMIN,34",
        "RTMIN+3,37",
        "RTMAX-1,63",
        "SIGSYS,31",
        "CLD,17",
        "IOT,6",
        "64,64"
    })
    void a_signal_is_named_or_numbered(String word, int number) {
        assertEquals(OptionalInt.of(number), SignalNames.number(word));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "NOSIGNAL", "65", "-1", "RTMIN+31", "RTMIN-1"})
    void anything_else_is_none(String word) {
        assertEquals(OptionalInt.empty(), SignalNames.number(word));
    }

    @Test
    void the_names_agree_with_the_signals_that_stages_handle() {
        for (Signal signal : Signal.values()) {
            assertEquals(OptionalInt.of(signal.number()), SignalNames.number(signal.name()));
        }
    }
}
