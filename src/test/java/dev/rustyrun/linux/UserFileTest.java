package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** S19: reading never blocks, whatever kind of file is in the place of the expected one. */
@Timeout(60)
class UserFileTest {

    @TempDir
    Path folder;

    private final Linux linux = Linux.host();

    private void expectRefused(String why, String path) {
        LinuxException e = assertThrows(LinuxException.class, () -> UserFile.read(linux, path, 1000));
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void a_regular_file_is_read_to_its_limit() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x".repeat(1000));
        assertEquals(1000, UserFile.read(linux, file.toString(), 1000).length());
        Files.writeString(file, "x".repeat(1001));
        expectRefused("has more than 1000 bytes", file.toString());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        expectRefused("has more than 1000 bytes", file.toString());
    }

    @Test
    void fifos_devices_directories_and_files_without_end_are_refused() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        expectRefused("is a FIFO, not a regular file", fifo.toString());
        expectRefused("is a device, not a regular file", "/dev/zero");
        expectRefused("EISDIR", folder.toString());
        expectRefused("ENOENT", folder.resolve("nothing").toString());
        LinuxException e = assertThrows(
                LinuxException.class, () -> UserFile.toWrite(linux, fifo.toString(), FileFlag.O_APPEND, 0600));
        assertTrue(e.getMessage().contains("ENXIO"), e.getMessage());
    }
}
