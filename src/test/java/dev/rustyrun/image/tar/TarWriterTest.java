package dev.rustyrun.image.tar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.image.tar.TarReader.More;
import dev.rustyrun.linux.FileName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TarWriterTest {

    private static More at(long seconds, int nanos) {
        return new More(seconds, nanos, 0, 0, Map.of(), Optional.empty());
    }

    private static Entry file(String name, More more) {
        return new Entry(name, "", TarReader.FILE, 0644, 1, 2, more);
    }

    private static byte[] written(List<Entry> entries, byte[] contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        for (Entry entry : entries) {
            int size = entry.type() == TarReader.FILE ? contents.length : 0;
            tar.put(entry, size);
            tar.write(contents, size);
        }
        tar.finish();
        return out.toByteArray();
    }

    @Test
    void a_written_value_is_read_again() throws IOException {
        String odd = FileName.of(new byte[] {'a', (byte) 0xff, '\n', (byte) 0xc3, (byte) 0xa4});
        List<Entry> entries = List.of(
                new Entry("./", "", TarReader.DIRECTORY, 01777, 0, 0, at(0, 0)),
                file("x".repeat(100), at(1, 5)),
                file("x".repeat(101), at(-2, 500_000_000)),
                file(odd, at(-1, 1)),
                file("ä".repeat(60), at(-5, 0)),
                file("late", at(1L << 34, 0)),
                new Entry("dir/" + "y".repeat(4000), "z".repeat(3000), '2', 0777, 1L << 31, 0xFFFFFFFEL, at(7, 0)),
                new Entry("hard", odd, TarReader.HARD_LINK, 0644, 0, 0, at(7, 0)),
                new Entry("pipe", "", TarReader.FIFO, 0600, 0, 0, at(7, 999_999_999)),
                new Entry(
                        "device",
                        "",
                        TarReader.CHARACTER_DEVICE,
                        0666,
                        0,
                        0,
                        new More(7, 0, 300, 70_000, Map.of(), Optional.empty())));
        byte[] contents = new byte[513];
        contents[512] = 9;
        byte[] stream = written(entries, contents);
        assertEquals(0, stream.length % 512);
        TarReader tar = TarReader.ofLayer(new ByteArrayInputStream(stream));
        for (Entry entry : entries) {
            assertEquals(entry, tar.next().orElseThrow());
            if (entry.type() == TarReader.FILE) {
                byte[] all = new byte[600];
                int got = tar.read(all);
                assertEquals(513, got);
                assertEquals(9, all[512]);
            }
        }
        assertTrue(tar.next().isEmpty());
    }

    @Test
    void attributes_have_any_bytes() throws IOException {
        byte[] value = {1, 0, '\n', '=', (byte) 0xff};
        More more = new More(0, 0, 0, 0, Map.of("user.a", value), Optional.empty());
        TarReader tar = TarReader.ofLayer(new ByteArrayInputStream(written(List.of(file("a", more)), new byte[0])));
        assertArrayEquals(value, tar.next().orElseThrow().more().attributes().get("user.a"));
    }

    @Test
    void the_length_of_a_record_counts_its_own_digits() throws IOException {
        for (int length = 85; length < 100; length++) {
            byte[] value = new byte[length];
            More more = new More(0, 0, 0, 0, Map.of("user.a", value), Optional.empty());
            byte[] stream = written(List.of(file("a", more)), new byte[0]);
            Entry read =
                    TarReader.ofLayer(new ByteArrayInputStream(stream)).next().orElseThrow();
            assertEquals(length, read.more().attributes().get("user.a").length);
        }
    }
}
