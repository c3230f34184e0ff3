package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.step.ExecStep.ReaperKind;
import dev.rustyrun.step.SeccompFilter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kind of reaper that a seccomp filter allows. */
class ReaperKindTest {

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    @ParameterizedTest
    @CsvSource({
        "getpid, 39, 172, PROGRAM",
        "execveat, 322, 281, PROGRAM_BY_PATH",
        "rt_sigtimedwait, 128, 137, STAGE",
        "wait4, 61, 260, STAGE",
        "kill, 62, 129, STAGE",
        "memfd_create, 319, 279, STAGE",
        "clone, 56, 220, STAGE"
    })
    void S4_a_filter_that_forbids_a_call_decides_what_pid_one_is(String call, int x86, int arm, ReaperKind kind) {
        assertEquals(kind, ProcessPlan.reaperUnder(forbidding(ARM ? arm : x86)), call);
    }

    @Test
    void S4_without_a_filter_it_is_the_program() {
        assertEquals(ReaperKind.PROGRAM, ProcessPlan.reaperUnder(SeccompFilter.NONE));
    }

    /** A filter that allows all but one call. */
    private static SeccompFilter forbidding(int number) {
        ByteBuffer program = ByteBuffer.allocate(4 * 8).order(ByteOrder.nativeOrder());
        program.putShort((short) 0x20).putShort((short) 0).putInt(0);
        program.putShort((short) 0x15).put((byte) 0).put((byte) 1).putInt(number);
        program.putShort((short) 0x06).putShort((short) 0).putInt(0x00050001);
        program.putShort((short) 0x06).putShort((short) 0).putInt(0x7fff0000);
        return new SeccompFilter(program.array(), 0);
    }
}
