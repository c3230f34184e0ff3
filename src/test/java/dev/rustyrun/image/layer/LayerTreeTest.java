package dev.rustyrun.image.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.tar.TarReader;
import dev.rustyrun.image.tar.TarWriter;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileName;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.LoggingLibC;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.TreeRemoval;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacking a layer makes its files, and never writes outside the layer, whatever the archive contains. */
class LayerTreeTest {

    private static final Linux LINUX = Linux.host();
    private static final LayerLimits LIMITS = new LayerLimits(1000, 1 << 20, 100, 1 << 16);

    @TempDir
    private Path folder;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeFolders() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("file"), "kept");
    }

    private void unpack(byte[] tar) {
        unpack(tar, LIMITS);
    }

    private void unpack(byte[] tar, LayerLimits limits) {
        unpack(tar, limits, tar.length);
    }

    private void unpack(byte[] tar, LayerLimits limits, long compressed) {
        unpack(LINUX, tar, limits, compressed);
    }

    private void unpack(Linux linux, byte[] tar, LayerLimits limits, long compressed) {
        LayerOwners owners = LayerOwners.one(LINUX.userId(), LINUX.groupId());
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile open = new OpenFile(linux, linux.open(root.toString(), flags));
                LayerTree tree = new LayerTree(linux, open, owners, limits, () -> compressed)) {
            tree.unpack(TarReader.ofLayer(new ByteArrayInputStream(tar)));
        } catch (IOException e) {
            throw new LayerException(e.getMessage());
        }
    }

    private void expectRefused(String why, TarBytes tar) throws IOException {
        LayerException e = assertThrows(LayerException.class, () -> unpack(tar.end()), why);
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertFalse(e.getMessage().contains("java."), e.getMessage());
        assertEquals("kept", Files.readString(outside.resolve("file")));
        try (var all = Files.list(outside)) {
            assertEquals(1, all.count());
        }
        assertFalse(Files.exists(folder.resolve("evil")));
    }

    private String text(String name) throws IOException {
        return Files.readString(root.resolve(name));
    }

    private FileStatus status(String name) {
        return LINUX.status(FileFlag.AT_FDCWD, root + "/" + name);
    }

    private boolean isOpaque(String name) {
        return LINUX.attribute(root + "/" + name, "user.overlay.opaque").equals(java.util.Optional.of("y"));
    }

    @Test
    void a_usual_file_is_created_with_its_owner_and_mode_and_others_get_theirs() throws IOException {
        LoggingLibC kernel = new LoggingLibC();
        TarBytes tar = new TarBytes().directory("d/");
        for (int i = 0; i < 10; i++) {
            tar.file("d/usual" + i, "text");
        }
        tar.entry('0', "d/all", "", 0666, new byte[0]).entry('0', "d/special", "", 06755, new byte[0]);
        byte[] bytes = tar.entry('0', "d/none", "", 0, new byte[] {1}).end();
        unpack(kernel.linux(), bytes, LIMITS, bytes.length);
        assertEquals(0644, status("d/usual0").permissions());
        assertEquals(0666, status("d/all").permissions());
        assertEquals(06755, status("d/special").permissions());
        assertEquals(0, status("d/none").permissions());
        // The root, the directory, the file that everybody can write, and the one with special bits.
        assertEquals(4, kernel.calls("fchmod[").size());
        assertEquals(1, kernel.calls("fchown[").size());
    }

    @Test
    void files_directories_and_links_are_made_with_mode_and_time() throws IOException {
        unpack(new TarBytes()
                .directory("./")
                .pax("mtime=1700000000.123456789")
                .directory("d/")
                .file("d/f", "text")
                .pax("mtime=-1.5")
                .link("d/l", "../../outside/file")
                .hardLink("d/h", "d/f")
                .entry('0', "d/suid", "", 06755, new byte[0])
                .entry('6', "fifo", "", 0640, new byte[0])
                .end());
        assertEquals("text", text("d/h"));
        assertEquals(2, status("d/f").links());
        assertEquals(06755, status("d/suid").permissions());
        assertTrue(status("fifo").isPipe());
        assertEquals(Path.of("../../outside/file"), Files.readSymbolicLink(root.resolve("d/l")));
        assertEquals(
                FileTime.from(Instant.ofEpochSecond(1700000000, 123456789)),
                Files.getLastModifiedTime(root.resolve("d")));
        assertEquals(
                FileTime.from(Instant.ofEpochSecond(-2, 500000000)),
                Files.getLastModifiedTime(root.resolve("d/l"), LinkOption.NOFOLLOW_LINKS));
        assertEquals(0755, status("").permissions());
    }

    @Test
    void a_directory_that_is_not_named_is_made_for_everybody_to_read() {
        unpack(new TarBytes().file("a/b/f", "x").end());
        assertEquals(0755, status("a").permissions());
        assertEquals(0755, status("a/b").permissions());
    }

    @Test
    void a_directory_that_cannot_be_written_has_its_files() throws IOException {
        unpack(new TarBytes()
                .entry('5', "d", "", 0500, new byte[0])
                .file("d/f", "x")
                .end());
        assertEquals(0500, status("d").permissions());
        assertEquals("x", text("d/f"));
    }

    @Test
    void absolute_names_are_below_the_root() throws IOException {
        unpack(new TarBytes()
                .file(outside + "/evil", "x")
                .hardLink("h", outside + "/evil")
                .end());
        assertEquals("x", text("h"));
        assertFalse(Files.exists(outside.resolve("evil")));
    }

    @Test
    void a_name_that_climbs_is_refused() throws IOException {
        expectRefused("contains ..", new TarBytes().file("../evil", "x"));
        expectRefused("contains ..", new TarBytes().file("a/../../evil", "x"));
        expectRefused("contains ..", new TarBytes().directory(".."));
    }

    @Test
    void nothing_is_made_through_a_link() throws IOException {
        expectRefused("symbolic link", new TarBytes().link("l", "../outside").file("l/evil", "x"));
        expectRefused(
                "symbolic link", new TarBytes().link("m", outside.toString()).directory("m/evil"));
        expectRefused("symbolic link", new TarBytes().link("n", "../outside").link("n/evil", "x"));
        expectRefused(
                "symbolic link", new TarBytes().link("o", "../outside").entry('6', "o/evil", "", 0600, new byte[0]));
        expectRefused("symbolic link", new TarBytes().link("p", "../outside").file("p/.wh.file", ""));
        expectRefused("symbolic link", new TarBytes().link("q", "../outside").file("q/.wh..wh..opq", ""));
    }

    @Test
    void a_file_takes_the_place_of_a_link_and_is_not_written_through_it() throws IOException {
        unpack(new TarBytes().link("l", "../outside/file").file("l", "new").end());
        assertEquals("new", text("l"));
        assertEquals("kept", Files.readString(outside.resolve("file")));
        assertFalse(status("l").isSymbolicLink());
    }

    @Test
    void a_hard_link_leads_neither_out_nor_through_a_link_nor_to_a_directory() throws IOException {
        expectRefused("contains ..", new TarBytes().hardLink("h", "../outside/file"));
        expectRefused("symbolic link", new TarBytes().link("l", "../outside").hardLink("h", "l/file"));
        expectRefused("ENOENT", new TarBytes().hardLink("h", "missing"));
        expectRefused("to a directory", new TarBytes().directory("d").hardLink("h", "d"));
        expectRefused("to a directory", new TarBytes().hardLink("h", "./"));
    }

    @Test
    void a_hard_link_to_a_link_is_a_name_of_the_link_and_writes_nothing() throws IOException {
        unpack(new TarBytes()
                .link("l", "../outside/file")
                .hardLink("h", "l")
                .file("h", "mine")
                .end());
        assertEquals("kept", Files.readString(outside.resolve("file")));
        assertEquals("mine", text("h"));
    }

    @Test
    void a_directory_that_turns_into_a_link_takes_its_files_with_it() throws IOException {
        unpack(new TarBytes()
                .directory("d")
                .file("d/f", "x")
                .directory("d/e")
                .link("d", "../outside")
                .end());
        assertTrue(status("d").isSymbolicLink());
        assertEquals("kept", Files.readString(outside.resolve("file")));
        expectRefused(
                "symbolic link",
                new TarBytes()
                        .directory("x")
                        .file("x/f", "x")
                        .link("x", "../outside")
                        .file("x/evil", "x"));
    }

    @Test
    void a_link_that_turns_into_a_directory_is_one() throws IOException {
        unpack(new TarBytes()
                .link("d", "../outside")
                .directory("d")
                .file("d/f", "x")
                .end());
        assertTrue(status("d").isDirectory());
        assertFalse(Files.exists(outside.resolve("f")));
    }

    @Test
    void whiteouts_are_devices_of_the_number_0() {
        Assumptions.assumeTrue(LINUX.isRoot());
        unpack(new TarBytes().file("d/.wh.gone", "").file(".wh.top", "").end());
        assertTrue(status("d/gone").isCharacterDevice(0, 0));
        assertTrue(status("top").isCharacterDevice(0, 0));
        assertFalse(Files.exists(root.resolve(".wh.top")));
    }

    @Test
    void a_whiteout_of_no_name_is_refused() throws IOException {
        expectRefused("whiteout without a file name", new TarBytes().file(".wh.", ""));
        expectRefused("whiteout without a file name", new TarBytes().file(".wh..", ""));
        expectRefused("whiteout without a file name", new TarBytes().file("d/.wh...", ""));
        expectRefused("in a whiteout", new TarBytes().file(".wh.d/f", ""));
    }

    @Test
    void an_opaque_mark_hides_what_is_below_its_directory() {
        unpack(new TarBytes()
                .directory("d")
                .file("d/.wh..wh..opq", "")
                .file("d/f", "x")
                .end());
        assertTrue(isOpaque("d"));
        assertFalse(isOpaque(""));
        assertFalse(Files.exists(root.resolve("d/.wh..wh..opq")));
    }

    @Test
    void a_directory_in_place_of_a_whiteout_hides_what_was_below() throws IOException {
        Assumptions.assumeTrue(LINUX.isRoot());
        unpack(new TarBytes()
                .file(".wh.d", "")
                .directory("d")
                .directory("e")
                .file(".wh.e", "")
                .file("f", "own")
                .file(".wh.f", "")
                .end());
        assertTrue(isOpaque("d"));
        assertTrue(isOpaque("e"));
        assertEquals("own", text("f"));
    }

    @Test
    void the_other_marks_of_aufs_are_ignored() throws IOException {
        unpack(new TarBytes()
                .directory(".wh..wh.plnk")
                .file(".wh..wh.plnk/1.2", "x")
                .file(".wh..wh.aufs", "")
                .end());
        try (var all = Files.list(root)) {
            assertEquals(List.of(), all.toList());
        }
    }

    @Test
    void attributes_are_set_but_not_those_of_an_overlay() throws IOException {
        unpack(new TarBytes()
                .pax(
                        "SCHILY.xattr.user.mine=v=1",
                        "SCHILY.xattr.user.overlay.opaque=y",
                        "SCHILY.xattr.trusted.overlay.redirect=/x")
                .directory("d")
                .pax("SCHILY.xattr.user.other=w")
                .file("f", "x")
                .end());
        assertEquals("v=1", LINUX.attribute(root + "/d", "user.mine").orElse(""));
        assertEquals("w", LINUX.attribute(root + "/f", "user.other").orElse(""));
        assertFalse(isOpaque("d"));
        assertTrue(LINUX.attribute(root + "/d", "trusted.overlay.redirect").isEmpty());
    }

    @Test
    void capabilities_of_a_file_outlast_its_owner() {
        Assumptions.assumeTrue(LINUX.isRoot());
        byte[] value = new byte["SCHILY.xattr.security.capability=".length() + 20];
        System.arraycopy(
                "SCHILY.xattr.security.capability=".getBytes(StandardCharsets.US_ASCII),
                0,
                value,
                0,
                value.length - 20);
        value[value.length - 20 + 3] = 2;
        value[value.length - 20 + 4] = 1;
        unpack(new TarBytes().pax(value).file("f", "x").end());
        assertTrue(LINUX.attribute(root + "/f", "security.capability").isPresent());
    }

    @Test
    void names_may_have_any_bytes() throws IOException {
        byte[] odd = {(byte) 0xff, 'a', '\n', (byte) 0xc3};
        String longest = "n".repeat(255);
        unpack(new TarBytes()
                .file(odd, "odd")
                .pax("path=" + longest)
                .file("short", "long")
                .end());
        assertEquals("long", text(longest));
        assertTrue(LINUX.exists(root + "/" + FileName.of(odd)));
        assertThrows(
                LayerException.class,
                () -> unpack(new TarBytes()
                        .pax("path=" + longest + "n")
                        .file("x", "")
                        .end()));
    }

    @Test
    void devices_have_their_numbers() {
        Assumptions.assumeTrue(LINUX.isRoot());
        try {
            unpack(new TarBytes()
                    .device('3', "null", 1, 3)
                    .device('4', "disk", 8, 300)
                    .device('3', "zero", 0, 0)
                    .end());
        } catch (LayerException e) {
            Assumptions.abort("this root may make no devices");
        }
        assertTrue(!Files.exists(root.resolve("null")) || status("null").isCharacterDevice(1, 3));
        assertTrue(!Files.exists(root.resolve("disk")) || status("disk").minor() == 300);
        assertTrue(status("zero").isCharacterDevice(0, 0));
    }

    @Test
    void sparse_files_have_their_holes() throws IOException {
        byte[] old = new byte[512];
        TarBytes.put(old, 0, "old");
        TarBytes.put(old, 100, "0000644\0");
        TarBytes.put(old, 108, "0000000\0");
        TarBytes.put(old, 116, "0000000\0");
        TarBytes.put(old, 124, "00000000003");
        TarBytes.put(old, 136, "00000000001\0");
        old[156] = 'S';
        TarBytes.put(old, 257, "ustar  \0");
        TarBytes.put(old, 386, String.format("%011o\0%011o\0", 4096, 3));
        TarBytes.put(old, 483, String.format("%011o\0", 10L << 30));
        byte[] map = new byte[512 + 3];
        TarBytes.put(map, 0, "1\n8\n3\n");
        TarBytes.put(map, 512, "xyz");
        unpack(new TarBytes()
                .add(old, "abc".getBytes(StandardCharsets.US_ASCII))
                .pax("GNU.sparse.size=9", "GNU.sparse.numblocks=1", "GNU.sparse.offset=6", "GNU.sparse.numbytes=3")
                .file("v00", "def")
                .pax("GNU.sparse.size=12", "GNU.sparse.map=0,1,6,2", "GNU.sparse.name=v01")
                .file("GNUSparseFile.0/v01", "ghi")
                .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=20", "GNU.sparse.name=v10")
                .entry('0', "GNUSparseFile.0/v10", "", 0644, map)
                .end());
        assertEquals(10L << 30, status("old").size());
        try (OpenFile file = new OpenFile(LINUX, LINUX.open(root + "/old", FileFlag.O_RDONLY))) {
            byte[] start = new byte[4099];
            assertEquals(4099, LINUX.read(file.descriptor(), start, start.length));
            assertEquals("abc", new String(start, 4096, 3, StandardCharsets.US_ASCII));
        }
        assertEquals("\0\0\0\0\0\0def", text("v00"));
        assertEquals("g\0\0\0\0\0hi\0\0\0\0", text("v01"));
        assertEquals("\0".repeat(8) + "xyz" + "\0".repeat(9), text("v10"));
    }

    @Test
    void a_damaged_map_of_a_sparse_file_is_refused() throws IOException {
        expectRefused(
                "map of a sparse file",
                new TarBytes()
                        .pax("GNU.sparse.size=9", "GNU.sparse.map=5,3,0,3")
                        .file("f", "abcdef"));
        expectRefused(
                "map of a sparse file",
                new TarBytes().pax("GNU.sparse.size=2", "GNU.sparse.map=0,3").file("f", "abc"));
        expectRefused(
                "map of a sparse file",
                new TarBytes().pax("GNU.sparse.size=9", "GNU.sparse.map=0,99").file("f", "abc"));
        expectRefused(
                "sparse file ends",
                new TarBytes()
                        .pax("GNU.sparse.major=1", "GNU.sparse.realsize=9")
                        .file("f", "9\n"));
        expectRefused("sparse file", new TarBytes().pax("GNU.sparse.size=x").file("f", ""));
    }

    @Test
    void a_size_above_8_GiB_is_a_binary_number() {
        byte[] huge = new byte[512];
        TarBytes.put(huge, 0, "huge");
        TarBytes.put(huge, 100, "0000644\0");
        huge[124] = (byte) 0x80;
        huge[131] = 3;
        huge[156] = '0';
        LayerException e = assertThrows(
                LayerException.class,
                () -> unpack(new TarBytes().add(huge, new byte[0]).end()));
        assertTrue(e.getMessage().contains("ends within an entry"), e.getMessage());
    }

    /** A stream of this many zeros that needs no memory for them. */
    private static InputStream zeros(long count) {
        return new InputStream() {
            private long left = count;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int most) {
                if (left <= 0) {
                    return -1;
                }
                int got = (int) Math.min(left, most);
                Arrays.fill(bytes, offset, offset + got, (byte) 0);
                left -= got;
                return got;
            }
        };
    }

    private static InputStream layer(byte[] header, long size, byte[] end) {
        byte[] last = Arrays.copyOf(end, end.length + (int) (-size & 511));
        return new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(header),
                zeros(size - end.length),
                new ByteArrayInputStream(last),
                new ByteArrayInputStream(new TarBytes().file("after", "found").end()))));
    }

    @Test
    void a_file_of_more_than_8_GiB_is_unpacked_with_holes_and_what_follows_is_found() throws IOException {
        long size = (9L << 30) + 7;
        byte[] end = "end".getBytes(StandardCharsets.US_ASCII);
        byte[] huge = new byte[512];
        TarBytes.put(huge, 0, "huge");
        TarBytes.put(huge, 100, "0000644\0");
        huge[124] = (byte) 0x80;
        ByteBuffer.wrap(huge).putLong(128, size);
        huge[156] = '0';
        byte[] header = new TarBytes().add(huge, new byte[0]).end();
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        LayerLimits limits = new LayerLimits(10, 10L << 30, 250, 4L << 30);
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(root.toString(), flags));
                LayerTree tree = new LayerTree(
                        LINUX, open, LayerOwners.one(LINUX.userId(), LINUX.groupId()), limits, () -> 1000)) {
            tree.unpack(TarReader.ofLayer(layer(Arrays.copyOf(header, 512), size, end)));
        }
        assertEquals(size, status("huge").size());
        assertEquals("found", text("after"));
        try (var file = new RandomAccessFile(root.resolve("huge").toFile(), "r")) {
            byte[] last = new byte[10];
            file.seek(size - last.length);
            file.readFully(last);
            assertEquals("\0".repeat(7) + "end", new String(last, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void a_size_above_8_GiB_that_is_written_here_is_read_here() throws IOException {
        long size = 20L << 30;
        TarReader.More more = new TarReader.More(0, 0, 0, 0, Map.of(), Optional.empty());
        TarReader.Entry entry = new TarReader.Entry("huge", "", TarReader.FILE, 0644, 0, 0, more);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        new TarWriter(header).put(entry, size);
        assertTrue(header.toString(StandardCharsets.ISO_8859_1).contains(" size=" + size + "\n"));
        TarReader tar = TarReader.ofLayer(
                new SequenceInputStream(new ByteArrayInputStream(header.toByteArray()), zeros(8L << 30)));
        assertEquals("huge", tar.next().orElseThrow().name());
        assertThrows(IOException.class, tar::next, "12 GiB are missing");
    }

    @Test
    void bombs_end_at_a_limit() {
        TarBytes many = new TarBytes();
        for (int i = 0; i < 1001; i++) {
            many.directory("d" + i);
        }
        assertTrue(assertThrows(LayerException.class, () -> unpack(many.end()))
                .getMessage()
                .contains("more than 1000 entries"));
        byte[] large = new TarBytes().file("large", "x".repeat(2 << 20)).end();
        assertTrue(assertThrows(LayerException.class, () -> unpack(large))
                .getMessage()
                .contains("more than 1048576 bytes"));
        byte[] ratio = new TarBytes().file("large", "x".repeat(1 << 19)).end();
        assertTrue(assertThrows(
                        LayerException.class, () -> unpack(ratio, new LayerLimits(10, 1 << 20, 1, 1 << 16), 1000))
                .getMessage()
                .contains("times its compressed size"));
    }

    @Test
    void zeros_take_no_space_and_count_as_a_bomb_only_by_their_total_size() throws IOException {
        byte[] zeros =
                new TarBytes().entry('0', "zeros", "", 0644, new byte[1 << 19]).end();
        unpack(zeros, new LayerLimits(10, 1 << 20, 1, 1 << 16), 1000);
        assertArrayEquals(new byte[1 << 19], Files.readAllBytes(root.resolve("zeros")));
        assertTrue(assertThrows(
                        LayerException.class, () -> unpack(zeros, new LayerLimits(10, 1 << 18, 1, 1 << 16), 1000))
                .getMessage()
                .contains("which is the limit"));
    }

    @Test
    void an_unknown_kind_of_entry_is_refused() throws IOException {
        expectRefused("unknown type", new TarBytes().entry('D', "x", "", 0644, new byte[0]));
        expectRefused("not a directory", new TarBytes().file(".", "x"));
        expectRefused("without a target", new TarBytes().link("l", ""));
    }

    @Test
    void a_deep_tree_with_any_names_is_removed() throws IOException {
        StringBuilder path = new StringBuilder();
        TarBytes tar = new TarBytes();
        for (int i = 0; i < 18; i++) {
            path.append("d".repeat(200)).append('/');
        }
        tar.pax("path=" + path).directory("x");
        tar.file(new byte[] {'e', '/', (byte) 0xfe}, "x").file("outside-link", "");
        tar.link("e/l", outside.toString());
        unpack(tar.end());
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(folder.toString(), flags))) {
            // Make the tree deeper than any path can be: each round moves it one directory down.
            for (int i = 0; i < 20; i++) {
                LINUX.makeDirectory(open.descriptor(), "more" + i, 0700);
                LINUX.rename(open.descriptor(), i == 0 ? "root" : "more" + (i - 1), "more" + i + "/" + "m".repeat(200));
            }
            TreeRemoval.remove(LINUX, open, "more19");
            TreeRemoval.remove(LINUX, open, "missing");
        }
        try (var all = Files.list(folder)) {
            assertEquals(List.of(outside), all.toList());
        }
        assertEquals("kept", Files.readString(outside.resolve("file")));
    }

    @Test
    void two_names_have_two_texts_and_each_gives_its_bytes() {
        for (byte[] name : List.of(
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xc3, (byte) 0xa9},
                new byte[] {(byte) 0xed, (byte) 0xb2, (byte) 0x80},
                new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80, (byte) 0x80})) {
            assertArrayEquals(name, FileName.bytes(FileName.of(name)));
        }
        assertThrows(LinuxException.class, () -> LINUX.status(FileFlag.AT_FDCWD, root + "/\udcff"));
    }
}
