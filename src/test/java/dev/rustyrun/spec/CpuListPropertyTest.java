package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Set;
import java.util.StringJoiner;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Properties that hold for every list of processors. */
class CpuListPropertyTest {

    @Property
    void a_written_list_is_read_back(@ForAll @Size(min = 1, max = 20) Set<@IntRange(max = 8191) Integer> numbers) {
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
    void any_text_is_either_a_list_or_refused_in_words(@ForAll @CharRange(from = '+', to = ':') String text) {
        try {
            assertTrue(CpuList.parse("cpu.cpus", text).cardinality() > 0);
        } catch (InvalidSpecException e) {
            assertTrue(e.getMessage().contains("cpu.cpus"));
        }
    }
}
