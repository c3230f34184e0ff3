package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.MountFlag;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountOptionsTest {

    @Test
    void words_are_sorted_into_flags_propagation_and_data() {
        MountOptions options = MountOptions.parse(List.of("nosuid", "noexec", "rslave", "mode=755", "size=64k"));
        assertEquals(MountFlag.of(MountFlag.MS_NOSUID, MountFlag.MS_NOEXEC), options.flags());
        assertEquals(MountFlag.of(MountFlag.MS_SLAVE, MountFlag.MS_REC), options.propagation());
        assertEquals("mode=755,size=64k", options.data());
        assertFalse(options.isBind());
    }

    @Test
    void a_later_word_overrides_an_earlier_one() {
        assertEquals(0, MountOptions.parse(List.of("ro", "rw")).flags());
        assertEquals(MountFlag.MS_NODEV.value(), MountOptions.parse(List.of("dev", "nodev")).flags());
    }

    @Test
    void bind_and_rbind_differ_in_recursion() {
        assertTrue(MountOptions.parse(List.of("bind")).isBind());
        assertFalse(MountOptions.parse(List.of("bind")).isRecursive());
        assertTrue(MountOptions.parse(List.of("rbind", "ro")).isRecursive());
    }
}
