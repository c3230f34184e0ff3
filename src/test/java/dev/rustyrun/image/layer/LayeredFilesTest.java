package dev.rustyrun.image.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of an image is found where an overlay mount would show it, and nowhere else. */
class LayeredFilesTest {

    private static final Linux LINUX = Linux.host();

    @TempDir
    private Path folder;

    private final List<String> trees = new ArrayList<>();

    /** Adds a layer above the existing ones. */
    private Path layer() throws IOException {
        Path tree = Files.createDirectory(folder.resolve("layer" + trees.size()));
        trees.add(0, tree.toString());
        return tree;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String read(String path) {
        return new LayeredFiles(LINUX, trees).read(path, 1000).orElse("none");
    }

    @Test
    void the_topmost_layer_that_has_it_counts() throws IOException {
        Path low = layer();
        write(low.resolve("etc/passwd"), "low");
        write(low.resolve("etc/group"), "group");
        write(layer().resolve("etc/passwd"), "top");
        layer();
        assertEquals("top", read("etc/passwd"));
        assertEquals("group", read("/etc/group"));
        assertEquals("none", read("etc/shadow"));
        assertEquals("none", read("etc"));
    }

    @Test
    void files_that_a_higher_layer_hides_do_not_exist() throws IOException {
        Path low = layer();
        write(low.resolve("a/f"), "x");
        write(low.resolve("b/f"), "x");
        write(low.resolve("c"), "x");
        Path top = layer();
        write(top.resolve("a"), "a file");
        Files.createDirectory(top.resolve("b"));
        LINUX.setAttribute(LINUX.open(top + "/b", FileFlag.O_RDONLY), "user.overlay.opaque", new byte[] {'y'});
        assertEquals("none", read("a/f"));
        assertEquals("none", read("b/f"));
        Assumptions.assumeTrue(LINUX.isRoot());
        LINUX.makeNode(FileFlag.AT_FDCWD, top + "/c", FileFlag.S_IFCHR, 0);
        assertEquals("none", read("c"));
    }

    @Test
    void links_lead_to_where_they_do_in_the_container() throws IOException {
        Path low = layer();
        write(low.resolve("usr/share/passwd"), "shared");
        write(folder.resolve("passwd"), "the host's");
        Path top = layer();
        Files.createDirectory(top.resolve("etc"));
        Files.createSymbolicLink(top.resolve("etc/passwd"), Path.of("../usr/./lib/../share/passwd"));
        Files.createSymbolicLink(low.resolve("usr/lib"), Path.of("/usr/share"));
        Files.createSymbolicLink(top.resolve("etc/out"), Path.of("../../../../.." + folder + "/passwd"));
        Files.createSymbolicLink(top.resolve("etc/host"), folder.resolve("passwd"));
        Files.createSymbolicLink(top.resolve("etc/loop"), Path.of("loop"));
        assertEquals("shared", read("usr/lib/passwd"));
        assertEquals("none", read("etc/out"));
        assertEquals("none", read("etc/host"));
        assertEquals("none", read("etc/loop"));
    }

    @Test
    void a_link_is_resolved_and_dots_climb_from_its_target() throws IOException {
        Path low = layer();
        write(low.resolve("usr/share/passwd"), "shared");
        Files.createDirectories(low.resolve("deep/er"));
        Files.createSymbolicLink(low.resolve("lib"), Path.of("deep/er"));
        Files.createSymbolicLink(low.resolve("passwd"), Path.of("lib/../../usr/share/passwd"));
        assertEquals("shared", read("passwd"));
    }
}
