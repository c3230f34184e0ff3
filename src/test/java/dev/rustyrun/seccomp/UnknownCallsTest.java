package dev.rustyrun.seccomp;

import static dev.rustyrun.seccomp.FilterInterpreter.ALLOW;
import static dev.rustyrun.seccomp.FilterInterpreter.ENOSYS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.spec.Seccomp.Arch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The instructions that refuse unknown calls, placed before a filter that allows all. */
class UnknownCallsTest {

    private static final int X32 = 0x40000000;
    private static final byte[] ALLOW_ALL = ByteBuffer.allocate(8)
            .order(ByteOrder.nativeOrder())
            .putShort((short) 6)
            .putShort((short) 0)
            .putInt(ALLOW)
            .array();

    private static FilterInterpreter head(Map<Arch, Integer> last) {
        return new FilterInterpreter(UnknownCalls.refuse(new EnumMap<>(last), ALLOW_ALL));
    }

    @Test
    void only_numbers_above_the_last_are_unknown() {
        FilterInterpreter filter = head(Map.of(Arch.AARCH64, 450));
        assertEquals(ALLOW, filter.run(Arch.AARCH64.token(), 0));
        assertEquals(ALLOW, filter.run(Arch.AARCH64.token(), 450));
        assertEquals(ENOSYS, filter.run(Arch.AARCH64.token(), 451));
        assertEquals(ENOSYS, filter.run(Arch.AARCH64.token(), -1));
    }

    @Test
    void each_architecture_has_its_own_last_call() {
        FilterInterpreter filter = head(Map.of(Arch.X86_64, 400, Arch.X86, 420, Arch.X32, X32 + 547));
        assertEquals(ALLOW, filter.run(Arch.X86_64.token(), 400));
        assertEquals(ENOSYS, filter.run(Arch.X86_64.token(), 401));
        assertEquals(ALLOW, filter.run(Arch.X86.token(), 401));
        assertEquals(ENOSYS, filter.run(Arch.X86.token(), 421));
        assertEquals(ALLOW, filter.run(Arch.X86_64.token(), X32 + 547));
        assertEquals(ENOSYS, filter.run(Arch.X86_64.token(), X32 + 548));
    }

    @Test
    void calls_of_x32_go_to_the_filter_when_the_profile_does_not_have_it() {
        FilterInterpreter filter = head(Map.of(Arch.X86_64, 400));
        assertEquals(ALLOW, filter.run(Arch.X86_64.token(), X32 + 10_000));
        assertEquals(ENOSYS, filter.run(Arch.X86_64.token(), 401));
    }

    @Test
    void calls_of_x86_64_go_to_the_filter_when_the_profile_has_only_x32() {
        FilterInterpreter filter = head(Map.of(Arch.X32, X32 + 547));
        assertEquals(ALLOW, filter.run(Arch.X86_64.token(), 10_000));
        assertEquals(ENOSYS, filter.run(Arch.X86_64.token(), X32 + 548));
    }

    @Test
    void another_architecture_reaches_the_filter() {
        assertEquals(ALLOW, head(Map.of(Arch.X86_64, 400, Arch.X86, 420)).run(Arch.AARCH64.token(), 10_000));
    }

    @Test
    void without_known_calls_there_is_no_head() {
        assertArrayEquals(ALLOW_ALL, UnknownCalls.refuse(Map.of(), ALLOW_ALL));
    }
}
