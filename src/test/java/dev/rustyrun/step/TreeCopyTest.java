package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.rustyrun.linux.FaultyLibC;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copying an image's files into a volume gives an equal tree. */
class TreeCopyTest {

    private static final Linux LINUX = Linux.host();

    @TempDir
    private Path folder;

    private Path from;
    private Path to;

    @BeforeEach
    void makeFolders() throws IOException {
        from = Files.createDirectory(folder.resolve("from"));
        to = Files.createDirectory(folder.resolve("to"));
    }

    private void copy() {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile source = new OpenFile(LINUX, LINUX.open(from.toString(), flags));
                OpenFile target = new OpenFile(LINUX, LINUX.open(to.toString(), flags))) {
            new TreeCopy(LINUX).copyWhole(source, target);
        }
    }

    private static FileStatus status(Path file) {
        return LINUX.status(FileFlag.AT_FDCWD, file.toString());
    }

    @Test
    void files_keep_their_modes_times_attributes_and_names() throws IOException {
        Files.createDirectories(from.resolve("a/b"));
        Files.writeString(from.resolve("a/b/file"), "text");
        Assumptions.assumeTrue(
                LINUX.setAttribute(from.resolve("a/b/file").toString(), "user.mine", "value")
                        && LINUX.setAttribute(from.resolve("a").toString(), "user.of-directory", "d"),
                "this file system has no attributes");
        LINUX.setAttribute(from.resolve("a").toString(), "user.overlay.opaque", "y");
        LINUX.changeMode(FileFlag.AT_FDCWD, from.resolve("a").toString(), 0710);
        byte[] odd = {'o', (byte) 0xff, '\n'};
        Files.createSymbolicLink(from.resolve("link"), Path.of("../nowhere"));
        try (OpenFile open =
                new OpenFile(LINUX, LINUX.open(from.toString(), FileFlag.O_RDONLY | FileFlag.O_DIRECTORY))) {
            LINUX.makeNode(open.descriptor(), dev.rustyrun.linux.FileName.of(odd), FileFlag.S_IFREG | 0600, 0);
            LINUX.setTimes(open.descriptor(), "a/b/file", 1_000_000_000, 5);
        }
        copy();
        assertEquals("text", Files.readString(to.resolve("a/b/file")));
        assertEquals(1_000_000_000, status(to.resolve("a/b/file")).modified());
        assertEquals(5, status(to.resolve("a/b/file")).modifiedNanos());
        assertEquals(0710, status(to.resolve("a")).permissions());
        assertArrayEquals(
                "value".getBytes(StandardCharsets.UTF_8),
                LINUX.attributeBytes(to.resolve("a/b/file").toString(), "user.mine")
                        .orElseThrow());
        assertEquals(
                "d",
                LINUX.attribute(to.resolve("a").toString(), "user.of-directory").orElseThrow());
        assertFalse(LINUX.attribute(to.resolve("a").toString(), "user.overlay.opaque")
                .isPresent());
        assertEquals(Path.of("../nowhere"), Files.readSymbolicLink(to.resolve("link")));
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(to.toString(), flags))) {
            assertEquals(
                    0600,
                    LINUX.status(open.descriptor(), dev.rustyrun.linux.FileName.of(odd))
                            .permissions());
        }
    }

    @Test
    void hard_links_are_one_file_there_too_and_holes_stay_holes() throws IOException, InterruptedException {
        Files.createDirectory(from.resolve("d"));
        Files.writeString(from.resolve("one"), "x");
        Files.createLink(from.resolve("d/two"), from.resolve("one"));
        Files.createLink(from.resolve("three"), from.resolve("one"));
        try (var file = new java.io.RandomAccessFile(from.resolve("holes").toFile(), "rw")) {
            file.setLength(50 << 20);
            file.seek(20 << 20);
            file.write(1);
        }
        copy();
        assertEquals(3, status(to.resolve("one")).links());
        assertEquals(
                status(to.resolve("one")).place(), status(to.resolve("d/two")).place());
        assertEquals(
                status(to.resolve("one")).place(), status(to.resolve("three")).place());
        assertEquals(50 << 20, Files.size(to.resolve("holes")));
        Process blocks =
                new ProcessBuilder("stat", "-c", "%b", to.resolve("holes").toString()).start();
        long taken =
                Long.parseLong(new String(blocks.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
        assertEquals(0, blocks.waitFor());
        assertEquals(0, taken * 512 >> 20, "it takes " + taken + " blocks");
    }

    private void fill(Linux linux) {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile image = new OpenFile(linux, linux.open(from.toString(), flags));
                OpenFile volume = new OpenFile(linux, linux.open(to.toString(), flags))) {
            new TreeCopy(linux).fill(image, volume);
        }
    }

    @Test
    void a_volume_that_was_half_filled_at_any_call_is_filled_again_and_another_is_left_alone() throws IOException {
        Files.createDirectories(from.resolve("a/b"));
        Files.writeString(from.resolve("a/b/file"), "text");
        Files.createLink(from.resolve("link"), from.resolve("a/b/file"));
        Files.createSymbolicLink(from.resolve("out"), folder);
        Assumptions.assumeTrue(
                LINUX.setAttribute(from.toString(), "user.rustyrun.filling", "the image's own is not copied"),
                "this file system has no attributes");
        FaultyLibC kernel = new FaultyLibC();
        String failed = "first";
        for (int call = 1; !failed.isEmpty(); call++) {
            Files.createDirectory(to = folder.resolve("to" + call));
            kernel.failAt(call, 0);
            try {
                fill(kernel.linux());
            } catch (OutOfMemoryError killed) {
                assertFalse(killed.getMessage().isEmpty());
            }
            failed = kernel.heal();
            fill(LINUX);
            assertEquals("text", Files.readString(to.resolve("a/b/file")), failed);
            assertEquals(2, status(to.resolve("link")).links(), failed);
            assertEquals(folder, Files.readSymbolicLink(to.resolve("out")), failed);
            assertEquals(List.of(), LINUX.attributeNames(to.toString()), failed);
        }
        Files.delete(to.resolve("link"));
        Files.writeString(to.resolve("own"), "own");
        fill(LINUX);
        assertFalse(Files.exists(to.resolve("link")));
        assertEquals("own", Files.readString(to.resolve("own")));
    }

    /** Reading the holes would take hours. */
    @Test
    void the_holes_of_a_huge_file_are_not_read() throws IOException {
        Path huge = from.resolve("huge");
        long end = 4L << 40;
        try (var file = new java.io.RandomAccessFile(huge.toFile(), "rw")) {
            for (int piece = 0; piece < 300; piece++) {
                file.seek(piece * (5L << 30) + 4000);
                file.write(("piece " + piece).getBytes(StandardCharsets.US_ASCII));
            }
            file.setLength(end);
        } catch (IOException e) {
            Assumptions.abort("this file system has no files of 4 TiB: " + e.getMessage());
        }
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(huge.toString(), FileFlag.O_RDONLY))) {
            Assumptions.assumeTrue(
                    new dev.rustyrun.linux.FileExtents(LINUX, open.descriptor())
                            .more()
                            .isPresent(),
                    "this file system does not say where holes are");
        }
        copy();
        assertEquals(end, Files.size(to.resolve("huge")));
        try (var file = new java.io.RandomAccessFile(to.resolve("huge").toFile(), "r")) {
            for (int piece = 0; piece < 300; piece++) {
                byte[] text = ("piece " + piece).getBytes(StandardCharsets.US_ASCII);
                byte[] got = new byte[text.length];
                file.seek(piece * (5L << 30) + 4000);
                file.readFully(got);
                assertArrayEquals(text, got);
                assertEquals(0, file.read());
            }
        }
    }

    @Test
    void fifos_and_devices_are_made_and_sockets_left_out() throws IOException {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(from.toString(), flags))) {
            LINUX.makeNode(open.descriptor(), "fifo", FileFlag.S_IFIFO | 0640, 0);
            LINUX.makeNode(open.descriptor(), "socket", 0140000 | 0600, 0);
            if (LINUX.isRoot()) {
                LINUX.makeNode(open.descriptor(), "null", FileFlag.S_IFCHR | 0666, FileFlag.device(1, 3));
            }
        }
        LINUX.changeMode(FileFlag.AT_FDCWD, from.resolve("fifo").toString(), 0640);
        copy();
        assertEquals(0640, status(to.resolve("fifo")).permissions());
        assertEquals(true, status(to.resolve("fifo")).isPipe());
        assertFalse(Files.exists(to.resolve("socket"), LinkOption.NOFOLLOW_LINKS));
        if (LINUX.isRoot()) {
            assertEquals(true, status(to.resolve("null")).isCharacterDevice(1, 3));
        }
    }
}
