package dev.rustyrun.image.tar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.image.tar.TarReader.InvalidTarException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** S12, H15, H16: unusual contents of an archive are an error; the reader guesses nothing. */
class TarReaderTest {

    /** Writes headers byte by byte, because a library would not write most of these. */
    private static final class Bytes {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes entry(char type, String name, String size, byte[] contents) {
            return entry(
                    type, name.getBytes(StandardCharsets.UTF_8), size.getBytes(StandardCharsets.ISO_8859_1), contents);
        }

        Bytes entry(char type, byte[] name, byte[] size, byte[] contents) {
            byte[] block = new byte[512];
            System.arraycopy(name, 0, block, 0, name.length);
            put(block, 100, "0000644\0");
            put(block, 108, "0000000\0");
            put(block, 116, "0000000\0");
            System.arraycopy(size, 0, block, 124, size.length);
            put(block, 136, "00000000000\0");
            put(block, 148, "        ");
            block[156] = (byte) type;
            put(block, 257, "ustar\00000");
            int sum = 0;
            for (byte b : block) {
                sum += b & 0xff;
            }
            put(block, 148, String.format("%06o\0 ", sum));
            out.writeBytes(block);
            out.writeBytes(contents);
            out.writeBytes(new byte[-contents.length & 511]);
            return this;
        }

        Bytes entry(char type, String name, String contents) {
            byte[] bytes = contents.getBytes(StandardCharsets.UTF_8);
            return entry(type, name, String.format("%011o", bytes.length), bytes);
        }

        Bytes pax(String... records) {
            StringBuilder all = new StringBuilder();
            for (String record : records) {
                int length = record.getBytes(StandardCharsets.UTF_8).length + 2;
                int whole = length + Integer.toString(length).length();
                whole = length + Integer.toString(whole).length();
                all.append(whole).append(' ').append(record).append('\n');
            }
            return entry('x', "pax", all.toString());
        }

        Bytes end() {
            out.writeBytes(new byte[1024]);
            return this;
        }

        Bytes raw(String text) {
            out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static List<String> read(byte[] bytes) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(bytes));
        List<String> found = new ArrayList<>();
        for (Optional<Entry> next = reader.next(); next.isPresent(); next = reader.next()) {
            byte[] buffer = new byte[100];
            ByteArrayOutputStream contents = new ByteArrayOutputStream();
            for (int got = reader.read(buffer); got >= 0; got = reader.read(buffer)) {
                contents.write(buffer, 0, got);
            }
            found.add(next.get().type() + " " + next.get().name() + " " + contents.toString(StandardCharsets.UTF_8));
        }
        return found;
    }

    private static void expectRefused(String why, Bytes bytes) {
        InvalidTarException e = assertThrows(InvalidTarException.class, () -> read(bytes.out.toByteArray()), why);
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void files_directories_and_long_names_are_read() throws IOException {
        Bytes bytes = new Bytes()
                .entry('5', "d/", "")
                .entry('0', "d/f", "text")
                .entry('\0', "old/", "")
                .pax("path=" + "n".repeat(300), "mtime=1.5", "SCHILY.xattr.security.capability=x")
                .entry('0', "short", "a")
                .entry('L', "././@LongLink", "g".repeat(200) + "\0")
                .entry('0', "cut", "b")
                .entry('g', "comment", "20 comment=a commit\n")
                .entry('0', "last", "c")
                .end();
        assertEquals(
                List.of(
                        "5 d/ ",
                        "0 d/f text",
                        "5 old/ ",
                        "0 " + "n".repeat(300) + " a",
                        "0 " + "g".repeat(200) + " b",
                        "0 last c"),
                read(bytes.out.toByteArray()));
    }

    @Test
    void S12_sparse_files_of_every_form_are_refused() {
        expectRefused("sparse", new Bytes().entry('S', "old-gnu", "").end());
        expectRefused(
                "sparse",
                new Bytes()
                        .pax("GNU.sparse.size=300000000", "GNU.sparse.numblocks=1", "GNU.sparse.offset=0")
                        .entry('0', "f", "")
                        .end());
        expectRefused(
                "sparse",
                new Bytes().pax("GNU.sparse.map=0,1").entry('0', "f", "").end());
        expectRefused(
                "sparse",
                new Bytes()
                        .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=300000000")
                        .entry('0', "f", "")
                        .end());
        expectRefused(
                "sparse", new Bytes().entry('g', "g", "22 GNU.sparse.major=1\n").end());
        expectRefused(
                "sparse",
                new Bytes().pax("SCHILY.realsize=300000000").entry('0', "f", "").end());
    }

    @Test
    void H15_an_invalid_archive_is_refused() {
        expectRefused("it has 0 bytes", new Bytes());
        expectRefused("it has 13 bytes", new Bytes().raw("no tar at all"));
        expectRefused("checksum", new Bytes().raw("no tar at all".repeat(100)));
        expectRefused("ends within an entry", new Bytes().entry('0', "f", "00000010000", new byte[100]));
        expectRefused("ends within an entry", new Bytes().entry('0', "f", "").raw("more"));
        expectRefused(
                "something follows the end",
                new Bytes().entry('0', "f", "").end().entry('0', "g", ""));
    }

    @Test
    void H16_a_name_that_is_not_utf8_is_refused() {
        byte[] none = {};
        byte[] size = "00000000000".getBytes(StandardCharsets.UTF_8);
        expectRefused(
                "not UTF-8",
                new Bytes()
                        .entry('0', new byte[] {'a', (byte) 0xff}, size, none)
                        .end());
        expectRefused(
                "not UTF-8",
                new Bytes().entry('0', new byte[] {(byte) 0xc3}, size, none).end());
    }

    @Test
    void sizes_are_never_negative_or_beyond_the_possible() {
        byte[] name = {'f'};
        byte[] negative = new byte[12];
        java.util.Arrays.fill(negative, (byte) 0xff);
        expectRefused(
                "size of -1",
                new Bytes().entry('0', name, negative, new byte[0]).end());
        byte[] huge = {(byte) 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        expectRefused(
                "too large", new Bytes().entry('0', name, huge, new byte[0]).end());
        byte[] wide = {(byte) 0x80, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0};
        expectRefused(
                "has a size of", new Bytes().entry('0', name, wide, new byte[0]).end());
        expectRefused(
                "not an octal number",
                new Bytes().entry('0', "f", "8", new byte[0]).end());
        expectRefused(
                "not a number", new Bytes().pax("size=-1").entry('0', "f", "").end());
        expectRefused(
                "not a number",
                new Bytes().pax("uid=99999999999999999999").entry('0', "f", "").end());
        expectRefused("more than", new Bytes().entry('x', "p", "77777777777", new byte[0]));
        expectRefused("more than", new Bytes().entry('L', "p", "00010000000", new byte[0]));
        expectRefused(
                "longer than",
                new Bytes().pax("path=" + "p".repeat(5000)).entry('0', "f", "").end());
        expectRefused(
                "is not a file but has contents",
                new Bytes().entry('1', "l", "contents").end());
    }

    @Test
    void damaged_and_all_embracing_pax_headers_are_refused() {
        expectRefused("damaged", new Bytes().entry('x', "p", "99 path=a\n").end());
        expectRefused("damaged", new Bytes().entry('x', "p", "nonsense").end());
        expectRefused("damaged", new Bytes().entry('x', "p", "3 a").end());
        expectRefused("NUL", new Bytes().pax("path=a\0b").entry('0', "f", "").end());
        expectRefused(
                "for all entries",
                new Bytes().entry('g', "g", "10 path=a\n").entry('0', "f", "").end());
    }

    @Property(tries = 500)
    void any_bytes_are_an_archive_or_refused(@ForAll @Size(max = 2000) byte[] bytes, @ForAll int at)
            throws IOException {
        byte[] archive =
                new Bytes().pax("path=abc").entry('0', "f", "text").end().out.toByteArray();
        System.arraycopy(bytes, 0, archive, Math.floorMod(at, 100), Math.min(bytes.length, 1500));
        for (byte[] tried : List.of(bytes, archive)) {
            try {
                read(tried);
            } catch (InvalidTarException refused) {
                assertTrue(refused.getMessage().length() < 1000);
            }
        }
    }
}
