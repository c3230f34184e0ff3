package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuListTest {

    @Test
    void ranges_and_numbers_are_listed() {
        assertEquals("{0, 1, 2, 3, 5}", CpuList.parse("cpu.cpus", "0-3,5").toString());
        assertEquals("{7}", CpuList.parse("cpu.cpus", "7").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "1,", "-1", "1-", "3-1", "a", "1 2", "0-3:1", "99999", "123456789012", "1\n"})
    void anything_else_is_refused_by_the_fields_name(String text) {
        InvalidSpecException e = assertThrows(InvalidSpecException.class, () -> CpuList.parse("cpu.cpus", text));
        assertTrue(e.getMessage().startsWith("cpu.cpus \"" + text + "\" is not a list"), e.getMessage());
    }
}
