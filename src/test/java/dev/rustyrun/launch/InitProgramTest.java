package dev.rustyrun.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program that a container's PID 1 is: its bytes are those of its source, and it is as small as it looks. */
class InitProgramTest {

    private static final long BASE = 0x400000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"init-x86_64.s, x86_64, ''", "init-aarch64.s, aarch64, aarch64-linux-gnu-"})
    void the_bytes_are_the_assembled_source(String source, String machine, String prefix) throws Exception {
        boolean crossed = prefix.isEmpty() && "aarch64".equals(System.getProperty("os.arch"));
        assumeTrue(!crossed && has(prefix + "as"), "needs binutils for " + machine + " to assemble the source");
        Path file = Path.of("src/main/asm", source).toAbsolutePath();
        run(prefix + "as", "-o", "init.o", file.toString());
        run(prefix + "ld", "-Ttext=0x400000", "-o", "init.elf", "init.o");
        run(prefix + "objcopy", "-O", "binary", "-j", ".text", "init.elf", "init");
        assertEquals(
                HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("init"))),
                (machine.equals("aarch64") ? InitProgram.AARCH64 : InitProgram.X86_64).replace("\n", ""));
    }

    private static boolean has(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program).start().waitFor() == 0;
    }

    private void run(String... words) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .inheritIO()
                        .start()
                        .waitFor(),
                String.join(" ", words));
    }

    @Test
    void it_is_one_segment_that_cannot_be_written_and_a_stack_that_cannot_be_executed() {
        for (String hex : List.of(InitProgram.X86_64, InitProgram.AARCH64)) {
            byte[] bytes = InitProgram.image(hex);
            ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            assertTrue(bytes.length < 512, "far less than a page");
            assertEquals(0x464c457f, elf.getInt(0));
            assertEquals(2, elf.getShort(16), "ET_EXEC");
            assertEquals(hex.equals(InitProgram.AARCH64) ? 183 : 62, elf.getShort(18), "the machine");
            assertEquals(BASE + 176, elf.getLong(24), "it begins after its headers");
            assertEquals(64, elf.getLong(32));
            assertEquals(2, elf.getShort(56), "segments");
            assertEquals(1, elf.getInt(64), "PT_LOAD");
            assertEquals(5, elf.getInt(68), "read and execute");
            assertEquals(0, elf.getLong(72));
            assertEquals(BASE, elf.getLong(80));
            assertEquals(bytes.length, elf.getLong(96), "in the file");
            assertEquals(bytes.length, elf.getLong(104), "in memory");
            assertEquals(0x6474e551, elf.getInt(120), "PT_GNU_STACK");
            assertEquals(6, elf.getInt(124), "read and write");
        }
    }

    @Test
    void its_last_bytes_are_the_signals_and_the_process_id() {
        byte[] bytes = InitProgram.image(InitProgram.X86_64);
        ByteBuffer tail = ByteBuffer.wrap(bytes, bytes.length - 20, 20).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x8017a07, tail.getLong(), "HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD WINCH");
        assertEquals(0x8004a07, tail.getLong(), "HUP INT QUIT USR1 USR2 TERM WINCH");
        assertEquals(0, tail.getInt());
    }
}
