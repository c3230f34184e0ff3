package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SchedulingTest {

    private static BitSet bits(int... which) {
        BitSet set = new BitSet();
        for (int bit : which) {
            set.set(bit);
        }
        return set;
    }

    @Test
    void attributes_are_laid_out_as_the_kernel_has_them() {
        byte[] expected = ByteBuffer.allocate(48)
                .order(ByteOrder.nativeOrder())
                .putInt(48)
                .putInt(6)
                .putLong(2)
                .putInt(-3)
                .putInt(4)
                .putLong(5)
                .putLong(6)
                .putLong(7)
                .array();
        assertArrayEquals(expected, new SchedulerAttributes(6, 2, -3, 4, 5, 6, 7).encode());
    }

    @Test
    void a_class_and_a_level_are_one_number_and_nodes_are_counted_one_too_many() {
        RecordingLibC kernel = new RecordingLibC();
        kernel.linux().setIoPriority(2, 7);
        kernel.linux().setMemoryPolicy(2 | 1 << 15, bits(0, 65));
        kernel.linux().setMemoryPolicy(0, bits());
        kernel.linux().setAffinity(bits(1));
        assertEquals(
                java.util.List.of(
                        "ioprio_set(1, 0, 16391)",
                        "set_mempolicy(32770, 129)",
                        "set_mempolicy(0, 1)",
                        "sched_setaffinity(0, 8)"),
                kernel.calls());
    }

    @Test
    void a_failure_says_what_was_asked_for() {
        RecordingLibC kernel = new RecordingLibC().failing("sched_setattr", Errno.EPERM);
        String message = assertThrows(
                        LinuxException.class,
                        () -> kernel.linux().setScheduler(new SchedulerAttributes(1, 0, 0, 50, 0, 0, 0)))
                .getMessage();
        assertTrue(
                message.contains("sched_setattr") && message.contains("priority 50") && message.contains("EPERM"),
                message);
    }
}
