package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartReportsTest {

    private static final int MORE_THAN_IS_READ = 3 << 20;

    @TempDir
    Path folder;

    private Optional<StartReports.Failure> read(byte[] written) throws IOException {
        Path file = Files.write(folder.resolve("reports"), written);
        Linux linux = Linux.host();
        return StartReports.read(
                linux,
                new OpenFile(linux, linux.open(file.toString(), FileFlag.O_RDONLY)),
                (stage, micros, step) -> {});
    }

    @Test
    void the_errno_of_a_failed_execve_is_reported_as_from_this_process() throws IOException {
        StartReports.Failure failure = read(ReportCodec.encode(new Report.ExecuteFailed(8, "/bin/x", "")))
                .orElseThrow();
        assertEquals(126, failure.exitCode());
        assertTrue(failure.message().startsWith("init failed to execute /bin/x: "), failure.message());
        assertTrue(failure.message().contains("ENOEXEC"), failure.message());
    }

    @Test
    void output_of_a_hostile_process_is_one_line() throws IOException {
        byte[] huge = ReportCodec.encode(new Report.ExecuteFailed(8, "/bin/x", ""));
        ByteBuffer.wrap(huge).putInt(6, Integer.MAX_VALUE);
        byte[] unknown = ReportCodec.encode(new Report.Due(0, -1));
        unknown[0] = 99;
        byte[] noStage = ReportCodec.encode(new Report.Due(0, -1));
        noStage[1] = 7;
        for (byte[] hostile : new byte[][] {huge, unknown, noStage, new byte[MORE_THAN_IS_READ]}) {
            expectDisturbed(read(hostile).orElseThrow());
        }
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            read(noise);
        }
    }

    private static void expectDisturbed(StartReports.Failure failure) {
        assertEquals(125, failure.exitCode());
        assertTrue(failure.message().contains("interfered"), failure.message());
    }
}
