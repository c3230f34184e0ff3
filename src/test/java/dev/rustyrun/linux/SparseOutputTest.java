package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseOutputTest {

    private static final Linux LINUX = Linux.host();

    @TempDir
    private Path folder;

    private long taken(Path file, byte[] bytes, int piece) throws IOException {
        Files.deleteIfExists(file);
        int fd = LINUX.create(file.toString(), 0600);
        long taken = 0;
        try (OpenFile open = new OpenFile(LINUX, fd)) {
            SparseOutput out = new SparseOutput(LINUX, open.descriptor());
            for (int at = 0; at < bytes.length; at += piece) {
                int count = Math.min(piece, bytes.length - at);
                byte[] buffer = new byte[piece + 7];
                System.arraycopy(bytes, at, buffer, 0, count);
                taken += out.write(buffer, count);
            }
            out.finish();
        }
        assertArrayEquals(bytes, Files.readAllBytes(file));
        return taken;
    }

    @Test
    void whole_blocks_of_zeros_are_not_written_and_the_file_is_the_same() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] some = new byte[5000];
        new Random(1).nextBytes(some);
        for (int size : new int[] {300_000, 1, 16_384, 100_001, 500_000}) {
            bytes.writeBytes(new byte[size]);
            bytes.writeBytes(some);
        }
        bytes.writeBytes(new byte[200_000]);
        for (int piece : new int[] {1000, 16_384, 65_536, 1 << 20, 2 << 20}) {
            long taken = taken(folder.resolve("file"), bytes.toByteArray(), piece);
            assertTrue(taken < 250_000, piece + " bytes at a time: " + taken);
        }
    }

    @Test
    void a_file_of_zeros_or_of_nothing_has_its_size() throws IOException {
        assertEquals(0, taken(folder.resolve("zeros"), new byte[1_000_001], 65_536));
        assertEquals(0, taken(folder.resolve("empty"), new byte[0], 65_536));
        byte[] last = new byte[20_000];
        last[19_999] = 1;
        assertTrue(taken(folder.resolve("last"), last, 65_536) < 20_000);
    }
}
