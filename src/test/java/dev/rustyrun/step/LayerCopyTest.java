package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.layer.CopyChanges;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FaultyLibC;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of an image's layers shows what an overlay of them shows, and knows its changes. */
class LayerCopyTest {

    private static final Linux LINUX = Linux.host();

    @TempDir
    private Path folder;

    private Path own;
    private Path low;
    private Path top;

    @BeforeEach
    void makeFolders() throws IOException {
        own = Files.createDirectory(folder.resolve("own"));
        Files.createDirectory(own.resolve("upper"));
        low = Files.createDirectory(folder.resolve("low"));
        top = Files.createDirectory(folder.resolve("top"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private LayerCopy make() {
        LayerCopy copy = new LayerCopy(LINUX, own.toString());
        copy.make(List.of(top.toString(), low.toString()));
        return copy;
    }

    private List<String> tree() throws IOException {
        Path copy = own.resolve("copy");
        try (Stream<Path> all = Files.walk(copy)) {
            return all.map(path -> copy.relativize(path).toString()).sorted().toList();
        }
    }

    private List<String> changes(LayerCopy copy) {
        List<String> all = new ArrayList<>();
        try (OpenFile root = copy.root()) {
            CopyChanges.find(LINUX, copy.snapshot(), root).forEach((change, path) -> all.add(change + " " + path));
        }
        return all;
    }

    private static FileStatus status(Path file) {
        return LINUX.status(FileFlag.AT_FDCWD, file.toString());
    }

    @Test
    void higher_layers_add_to_lower_ones_and_replace_them() throws IOException {
        write(low.resolve("dir/a"), "low");
        write(low.resolve("dir/b"), "low");
        write(low.resolve("file/below"), "low");
        write(low.resolve("directory"), "low");
        write(top.resolve("dir/a"), "top");
        write(top.resolve("file"), "a file");
        write(top.resolve("directory/x"), "x");
        LINUX.changeMode(FileFlag.AT_FDCWD, top.resolve("dir").toString(), 0710);
        LINUX.setTimes(FileFlag.AT_FDCWD, top.resolve("dir").toString(), 1_000_000_000, 7);
        make();
        assertEquals(List.of("", "dir", "dir/a", "dir/b", "directory", "directory/x", "file"), tree());
        assertEquals("top", Files.readString(own.resolve("copy/dir/a")));
        assertEquals(0710, status(own.resolve("copy/dir")).permissions());
        assertEquals(1_000_000_000, status(own.resolve("copy/dir")).modified());
        assertFalse(Files.exists(own.resolve("copying")));
    }

    @Test
    void an_opaque_directory_hides_all_below_it_and_a_whiteout_one_name() throws IOException {
        Assumptions.assumeTrue(LINUX.isRoot(), "needs root for whiteouts");
        write(low.resolve("op/old"), "low");
        write(low.resolve("dir/gone/deep"), "low");
        write(low.resolve("dir/stays"), "low");
        write(top.resolve("op/new"), "top");
        Files.createDirectory(top.resolve("dir"));
        try (OpenFile open = new OpenFile(LINUX, LINUX.open(top + "/op", FileFlag.O_RDONLY))) {
            LINUX.setAttribute(open.descriptor(), "trusted.overlay.opaque", "y".getBytes(StandardCharsets.US_ASCII));
        }
        LINUX.makeNode(FileFlag.AT_FDCWD, top + "/dir/gone", FileFlag.S_IFCHR, 0);
        make();
        assertEquals(List.of("", "dir", "dir/stays", "op", "op/new"), tree());
    }

    @Test
    void no_file_shares_an_inode_with_the_image_but_hard_links_stay() throws IOException {
        write(low.resolve("first"), "text");
        Files.createLink(low.resolve("second"), low.resolve("first"));
        make();
        assertNotEquals(
                status(low.resolve("first")).place().inode(),
                status(own.resolve("copy/first")).place().inode());
        assertEquals(
                status(own.resolve("copy/first")).place(),
                status(own.resolve("copy/second")).place());
        Files.writeString(own.resolve("copy/first"), "changed");
        assertEquals("text", Files.readString(low.resolve("second")));
    }

    @Test
    void changes_are_found_even_at_once_and_when_size_and_time_are_restored() throws IOException {
        write(low.resolve("a/b/same"), "1");
        write(low.resolve("a/b/changed"), "1");
        write(low.resolve("a/removed/x"), "1");
        write(low.resolve("still/x"), "1");
        LayerCopy copy = make();
        assertEquals(List.of(), changes(copy));
        Path changed = own.resolve("copy/a/b/changed");
        FileStatus before = status(changed);
        Files.writeString(changed, "2");
        LINUX.setTimes(FileFlag.AT_FDCWD, changed.toString(), before.modified(), before.modifiedNanos());
        Files.delete(own.resolve("copy/a/removed/x"));
        Files.delete(own.resolve("copy/a/removed"));
        write(own.resolve("copy/added/x"), "1");
        assertEquals(
                List.of("C /a", "C /a/b", "C /a/b/changed", "D /a/removed", "A /added", "A /added/x"), changes(copy));
    }

    @Test
    void a_copy_that_was_interrupted_at_any_call_is_made_again() throws IOException {
        write(low.resolve("dir/a"), "low");
        write(top.resolve("dir/b"), "top");
        FaultyLibC kernel = new FaultyLibC();
        String failed = "first";
        for (int call = 1; !failed.isEmpty(); call++) {
            kernel.failAt(call, Errno.EIO);
            LayerCopy killed = new LayerCopy(kernel.linux(), own.toString());
            try {
                killed.make(List.of(top.toString(), low.toString()));
            } catch (LinuxException e) {
                assertEquals(Errno.EIO, e.errno());
            }
            failed = kernel.heal();
            if (killed.exists()) {
                break;
            }
        }
        assertTrue(new LayerCopy(LINUX, own.toString()).exists());
        assertEquals(List.of("", "dir", "dir/a", "dir/b"), tree());
    }

    @Test
    void files_over_the_image_are_not_lost_silently() throws IOException {
        write(own.resolve("upper/mine"), "mine");
        assertThrows(StepFailure.class, this::make);
        assertFalse(Files.exists(own.resolve("copy")));
    }

    @Test
    void only_errors_that_mean_that_no_overlay_is_possible_lead_to_a_copy() {
        LayerOverlay overlay = new LayerOverlay(LINUX, List.of("/a"), Optional.of(own.toString()));
        for (int errno : List.of(Errno.ENODEV, Errno.EPERM, Errno.EINVAL)) {
            assertTrue(overlay.obstacle(LinuxException.of("mount", errno)).isPresent());
        }
        assertTrue(overlay.obstacle(LinuxException.of("mount", Errno.ENOSPC)).isEmpty());
        assertTrue(overlay.obstacle(LinuxException.of("mount", Errno.ENOENT)).isEmpty());
    }
}
