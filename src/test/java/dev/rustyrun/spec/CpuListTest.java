package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Set;
import java.util.StringJoiner;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
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

    @Property
    void what_is_written_as_a_list_is_read_back(@ForAll @Size(min = 1, max = 20) Set<@IntRange(max = 8191) Integer> numbers) {
        StringJoiner text = new StringJoiner(",");
        BitSet expected = new BitSet();
        for (int number : numbers) {
            int last = Math.min(number + number % 3, 8191);
            text.add(last == number ? "" + number : number + "-" + last);
            expected.set(number, last + 1);
        }
        assertEquals(expected, CpuList.parse("cpu.cpus", text.toString()));
    }

    @Property
    void any_text_is_either_a_list_or_refused_in_words(
            @ForAll @CharRange(from = '+', to = ':') String text) {
        try {
            assertTrue(CpuList.parse("cpu.cpus", text).cardinality() > 0);
        } catch (InvalidSpecException e) {
            assertTrue(e.getMessage().contains("cpu.cpus"));
        }
    }
}
