package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.MachineCode;
import dev.rustyrun.linux.RecordingLibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildProgramTest {

    @Test
    void its_last_bytes_are_the_signals_the_process_ids_and_what_to_remove() {
        Cleanup cleanup = Cleanup.of(
                new RecordingLibC().linux(),
                List.of("/store/c1/state.json"),
                List.of("/cgroup/cpu/c1", "/cgroup/pids/c1", "/store/c1"));
        byte[] assembled = MachineCode.decode(ChildProgram.X86_64);
        byte[] bytes = ChildProgram.image(assembled, 12, 11, cleanup);
        ByteBuffer tail = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(assembled.length - 28);
        assertEquals(0x8017a07, tail.getLong(), "HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD WINCH");
        assertEquals(0x8004a07, tail.getLong(), "HUP INT QUIT USR1 USR2 TERM WINCH");
        assertEquals(12, tail.getInt(), "init");
        assertEquals(11, tail.getInt(), "run");
        assertEquals(4, tail.getInt(), "entries");
        int[] parents = cleanup.descriptors();
        for (int i = 0; i < 4; i++) {
            assertEquals(parents[i], tail.getInt());
            // The state is removed after what it records, and before its folder.
            assertEquals(i == 2 ? 0 : 0x200, tail.getInt(), "AT_REMOVEDIR");
            byte[] name = (i == 2 ? "state.json\0" : "c1\0").getBytes(StandardCharsets.UTF_8);
            byte[] found = new byte[name.length];
            tail.get(found);
            assertArrayEquals(name, found);
        }
        assertEquals(0, tail.remaining());
    }
}
