package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.MachineCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class InitProgramTest {

    @Test
    void its_last_bytes_are_the_signals_and_the_process_id() {
        byte[] bytes = InitProgram.image(MachineCode.decode(InitProgram.X86_64));
        ByteBuffer tail = ByteBuffer.wrap(bytes, bytes.length - 20, 20).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x8017a07, tail.getLong(), "HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD WINCH");
        assertEquals(0x8004a07, tail.getLong(), "HUP INT QUIT USR1 USR2 TERM WINCH");
        assertEquals(0, tail.getInt());
    }
}
