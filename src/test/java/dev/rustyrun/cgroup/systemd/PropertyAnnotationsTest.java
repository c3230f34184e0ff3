package dev.rustyrun.cgroup.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyAnnotationsTest {

    private static UnitProperty read(String name, String value) {
        return PropertyAnnotations.of(Map.of(Spec.UNIT_PROPERTY_ANNOTATIONS + name, value, "other", "x"))
                .get(0);
    }

    @Test
    void values_are_read_with_their_types() {
        assertEquals(Variant.number(5), read("TimeoutStopUSec", "uint64 5").value());
        assertEquals(
                Variant.number(-1), read("MemoryMax", "@t 18446744073709551615").value());
        assertEquals(Variant.flag(true), read("SendSIGHUP", "true").value());
        assertEquals(Variant.text("it's"), read("CollectMode", "\"it's\"").value());
        assertEquals(Variant.text("a'b"), read("CollectMode", "'a\\'b'").value());
        assertEquals(new Variant("i", -7L), read("Nice", "-7").value());
        assertEquals(
                Variant.texts(List.of("a", "b")), read("After", "['a', 'b']").value());
        assertEquals(Variant.texts(List.of()), read("After", "@as []").value());
        assertEquals(
                new Variant("ay", List.of(3L, 16L)),
                read("AllowedCPUs", "[byte 3, 0x10]").value());
    }

    @Test
    void seconds_become_microseconds() {
        assertEquals(new UnitProperty("TimeoutStopUSec", Variant.number(1_500_000)), read("TimeoutStopSec", "1.5"));
        assertEquals(new UnitProperty("TimeoutStopUSec", Variant.number(2_000_000)), read("TimeoutStopSec", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "'",
                "'a",
                "[",
                "[]",
                "[1",
                "[[1]]",
                "[1 2]",
                "uint64",
                "uint64 -1",
                "byte 256",
                "300000000000",
                "@z 1",
                "@t @t 1",
                "1 2",
                "nonsense",
                "uint64 true",
                "''\0"
            })
    void an_invalid_value_is_refused(String value) {
        assertThrows(InvalidSpecException.class, () -> read("Nice", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "a.b", "A1b", "Ünit"})
    void a_name_has_letters_only(String name) {
        assertThrows(InvalidSpecException.class, () -> read(name, "true"));
    }
}
