package dev.rustyrun.cgroup.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeHolderTest {

    @TempDir
    Path folder;

    @Test
    void the_holder_runs_until_its_end_is_requested() throws Exception {
        ScopeHolder holder = ScopeHolder.start(Linux.host());
        ProcessHandle process = ProcessHandle.of(holder.pid()).orElseThrow();
        assertTrue(process.isAlive());
        Files.write(Path.of(holder.file()), new byte[] {'0'});
        holder.end();
        assertFalse(process.isAlive());
    }

    @Test
    void it_ends_with_the_process_that_has_started_it() {
        ScopeHolder holder = ScopeHolder.start(Linux.host());
        holder.end();
        assertFalse(ProcessHandle.of(holder.pid()).isPresent());
        holder.end();
    }

    @ParameterizedTest
    @CsvSource({"x86_64, ''", "aarch64, aarch64-linux-gnu-"})
    void the_bytes_are_the_assembled_source(String machine, String prefix) throws Exception {
        boolean crossed = prefix.isEmpty() && "aarch64".equals(System.getProperty("os.arch"));
        assumeTrue(!crossed && run("sh", "-c", "command -v " + prefix + "as") == 0, "needs binutils for " + machine);
        Path file = Path.of("src/main/asm/hold-" + machine + ".s").toAbsolutePath();
        assertEquals(0, run(prefix + "as", "-I", file.getParent().toString(), "-o", "hold.o", file.toString()));
        assertEquals(0, run(prefix + "ld", "-Ttext=0x400000", "-o", "hold.elf", "hold.o"));
        assertEquals(0, run(prefix + "objcopy", "-O", "binary", "-j", ".text", "hold.elf", "hold"));
        assertEquals(
                HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("hold"))),
                (machine.equals("aarch64") ? ScopeHolder.AARCH64 : ScopeHolder.X86_64).replace("\n", ""));
    }

    private int run(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words).directory(folder.toFile()).start().waitFor();
    }
}
