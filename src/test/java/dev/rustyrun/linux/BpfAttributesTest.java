package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The structs of bpf(2), at the offsets that {@code linux/bpf.h} gives them. */
class BpfAttributesTest {

    private static ByteBuffer read(byte[] attributes) {
        return ByteBuffer.wrap(attributes).order(ByteOrder.nativeOrder());
    }

    @Test
    void a_program_is_loaded_with_its_number_of_instructions_and_a_name() {
        ByteBuffer b = read(BpfAttributes.load(
                BpfAttributes.PROG_TYPE_CGROUP_DEVICE, 0x1122334455L, 24, 0x66L, "a_name_of_more_than_15"));
        assertEquals(15, b.getInt(0));
        assertEquals(3, b.getInt(4));
        assertEquals(0x1122334455L, b.getLong(8));
        assertEquals(0x66L, b.getLong(16));
        assertEquals('a', b.get(48));
        assertEquals(0, b.get(63), "the name ends");
    }

    @Test
    void a_program_is_attached_to_a_cgroup() {
        ByteBuffer b = read(BpfAttributes.attach(5, 6, BpfAttributes.CGROUP_DEVICE, BpfAttributes.F_ALLOW_MULTI, -1));
        assertEquals(5, b.getInt(0));
        assertEquals(6, b.getInt(4));
        assertEquals(6, b.getInt(8));
        assertEquals(2, b.getInt(12));
        assertEquals(0, b.getInt(16), "none is replaced");
    }

    @Test
    void a_refusal_says_what_was_refused() {
        Linux linux = new RecordingLibC().failing("bpf_prog_load", Errno.EPERM).linux();
        LinuxException e = assertThrows(LinuxException.class, () -> linux.loadDeviceProgram(new byte[16], "filter"));
        assertEquals("bpf BPF_PROG_LOAD cgroup_device(\"filter\"): EPERM (Operation not permitted)", e.getMessage());
    }
}
