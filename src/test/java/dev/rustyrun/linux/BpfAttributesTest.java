package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** The structs of bpf(2), at the offsets that {@code linux/bpf.h} gives them. */
class BpfAttributesTest {

    @Test
    void a_program_is_loaded_with_its_number_of_instructions_and_a_name() {
        byte[] instructions = new byte[24];
        Struct s = BpfAttributes.load(
                BpfAttributes.PROG_TYPE_CGROUP_DEVICE, instructions, "license", "a_name_of_more_than_15");
        assertEquals(15, s.getInt(0));
        assertEquals(3, s.getInt(4));
        assertSame(instructions, s.target(8));
        assertEquals("license", s.target(16));
        assertEquals('a', s.getByte(48));
        assertEquals(0, s.getByte(63), "the name ends");
    }

    @Test
    void a_program_is_attached_to_a_cgroup() {
        Struct s = BpfAttributes.attach(5, 6, BpfAttributes.CGROUP_DEVICE, BpfAttributes.F_ALLOW_MULTI, 0);
        assertEquals(5, s.getInt(0));
        assertEquals(6, s.getInt(4));
        assertEquals(6, s.getInt(8));
        assertEquals(2, s.getInt(12));
        assertEquals(0, s.getInt(16), "none is replaced");
    }

    @Test
    void a_refusal_says_what_was_refused() {
        Linux linux = new RecordingLibC().failing("bpf(5", Errno.EPERM).linux();
        LinuxException e = assertThrows(LinuxException.class, () -> linux.loadDeviceProgram(new byte[16], "filter"));
        assertEquals("bpf BPF_PROG_LOAD cgroup_device(\"filter\"): EPERM (Operation not permitted)", e.getMessage());
    }
}
