package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rustyrun.linux.MachineCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The small assembly programs that some processes execute: their bytes match their sources, and the executables have
 * the intended segments and data.
 */
class AssembledProgramsTest {

    private static final long BASE = 0x400000;

    private static final ExecStep.ExecAppearing STEP = step(ExecStep.Parting.NEVER);

    private static ExecStep.ExecAppearing step(ExecStep.Parting parting) {
        return new ExecStep.ExecAppearing(
                List.of("sh"),
                List.of(),
                5,
                true,
                false,
                false,
                2,
                parting,
                new ExecStep.PartingSteps(14, 15, 16),
                List.of(new LimitStep.SetRlimit(7, "RLIMIT_NOFILE", 3, 4)));
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "init, x86_64, ''",
        "init, aarch64, aarch64-linux-gnu-",
        "appear, x86_64, ''",
        "appear, aarch64, aarch64-linux-gnu-",
        "guard, x86_64, ''",
        "guard, aarch64, aarch64-linux-gnu-",
        "child, x86_64, ''",
        "child, aarch64, aarch64-linux-gnu-"
    })
    void the_bytes_are_the_assembled_source(String program, String machine, String prefix) throws Exception {
        boolean crossed = prefix.isEmpty() && "aarch64".equals(System.getProperty("os.arch"));
        assumeTrue(!crossed && has(prefix + "as"), "needs binutils for " + machine + " to assemble the source");
        Path file = Path.of("src/main/asm", program + "-" + machine + ".s").toAbsolutePath();
        run(prefix + "as", "-I", file.getParent().toString(), "-o", "init.o", file.toString());
        run(prefix + "ld", "-Ttext=0x400000", "-o", "init.elf", "init.o");
        run(prefix + "objcopy", "-O", "binary", "-j", ".text", "init.elf", "init");
        assertEquals(
                HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("init"))),
                hex(program, machine).replace("\n", ""));
    }

    private static String hex(String program, String machine) {
        if (program.equals("init")) {
            return machine.equals("aarch64") ? InitProgram.AARCH64 : InitProgram.X86_64;
        }
        if (program.equals("guard")) {
            return machine.equals("aarch64") ? GuardProgram.AARCH64 : GuardProgram.X86_64;
        }
        if (program.equals("child")) {
            return machine.equals("aarch64") ? ChildProgram.AARCH64 : ChildProgram.X86_64;
        }
        return machine.equals("aarch64") ? AppearProgram.AARCH64 : AppearProgram.X86_64;
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
            expectOneSegment(hex, InitProgram.image(MachineCode.decode(hex)));
        }
        for (String hex : List.of(AppearProgram.X86_64, AppearProgram.AARCH64)) {
            expectOneSegment(hex, AppearProgram.image(MachineCode.decode(hex), STEP, "/bin/sh", 205));
        }
        for (String hex : List.of(ChildProgram.X86_64, ChildProgram.AARCH64)) {
            expectOneSegment(hex, ChildProgram.image(MachineCode.decode(hex), 7, 8, Cleanup.NOTHING));
        }
    }

    private static void expectOneSegment(String hex, byte[] bytes) {
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertTrue(bytes.length < 1024, "far less than a page");
        assertEquals(0x464c457f, elf.getInt(0));
        assertEquals(2, elf.getShort(16), "ET_EXEC");
        assertEquals(
                List.of(InitProgram.AARCH64, AppearProgram.AARCH64, ChildProgram.AARCH64)
                                .contains(hex)
                        ? 183
                        : 62,
                elf.getShort(18),
                "the machine");
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

    @Test
    void its_last_bytes_are_its_arguments_and_the_path_of_the_command() {
        byte[] assembled = MachineCode.decode(AppearProgram.X86_64);
        byte[] bytes = AppearProgram.image(assembled, STEP, "/bin/sh", 205);
        assertEquals(assembled.length + 24 + 8, bytes.length);
        ByteBuffer tail = ByteBuffer.wrap(bytes, assembled.length - 48, 80).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, tail.getLong(), "no signal is blocked");
        assertEquals(205, tail.getInt(), "the socket");
        assertEquals(1, tail.getInt(), "the terminal");
        assertEquals(200, tail.getInt(), "the first cgroup");
        assertEquals(2, tail.getInt(), "cgroups");
        assertEquals(1, tail.getInt(), "limits");
        assertEquals(1, tail.getInt(), "it ends with its parent");
        assertEquals(-1, tail.getInt(), "the gate");
        assertEquals(0, tail.getInt(), "the file for reports");
        assertEquals(0, tail.getInt(), "the address of the report");
        assertEquals(0, tail.getInt(), "its length after the errno");
        assertEquals(7, tail.getLong());
        assertEquals(3, tail.getLong());
        assertEquals(4, tail.getLong());
        byte[] path = new byte[8];
        tail.get(path);
        assertEquals("/bin/sh\0", new String(path, StandardCharsets.UTF_8));
    }

    @Test
    void a_container_that_waits_for_its_start_has_a_gate_and_reports_later_failures() {
        byte[] assembled = MachineCode.decode(AppearProgram.X86_64);
        byte[] bytes = AppearProgram.image(assembled, step(ExecStep.Parting.BEFORE_START), "/bin/sh", 205);
        ByteBuffer tail = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(assembled.length - 20);
        assertEquals(0, tail.getInt(), "it ends without its parent");
        assertEquals(207, tail.getInt(), "the gate");
        assertEquals(208, tail.getInt(), "the file for reports");
        int report = tail.getInt() - (int) BASE;
        assertEquals(assembled.length + 24 + 8, report);
        assertEquals(bytes.length - report - 6, tail.getInt(), "its length after the errno");
        List<Report> reports = new ReportCodec.Decoder()
                .take(Arrays.copyOfRange(bytes, report, bytes.length), bytes.length - report, -1);
        assertEquals(List.of(new Report.ExecuteFailed(0, "/bin/sh", "RLIMIT_NOFILE")), reports);
    }
}
