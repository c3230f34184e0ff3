package dev.rustyrun.engine.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of the service that are on or off. */
class SwitchesTest {

    @Test
    void every_setting_that_is_on_or_off_is_checked() {
        Set<String> declared = Arrays.stream(ServeConfig.class.getMethods())
                .filter(method -> method.getReturnType() == boolean.class)
                .map(method -> "rustyrun."
                        + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        assertEquals(declared, Set.copyOf(StartCheck.SWITCHES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "2", "truee", "-"})
    void a_value_that_is_neither_on_nor_off_is_refused(String value) {
        InvalidSpecException refused =
                assertThrows(InvalidSpecException.class, () -> StartCheck.checkSwitches(name -> Optional.of(value)));
        assertEquals("rustyrun.keep-files=" + value + " must be true or false", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "FALSE", "yes", "off", "1", " n "})
    void the_words_of_the_configuration_library_are_accepted(String value) {
        StartCheck.checkSwitches(name -> Optional.of(value));
        StartCheck.checkSwitches(name -> Optional.empty());
    }
}
