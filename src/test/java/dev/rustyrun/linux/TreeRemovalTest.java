package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removing a tree leaves nothing, and lists each directory only once. */
class TreeRemovalTest {

    @TempDir
    private Path folder;

    private void remove(Linux linux, String name) {
        try (OpenFile base =
                new OpenFile(linux, linux.open(folder.toString(), FileFlag.O_RDONLY | FileFlag.O_DIRECTORY))) {
            TreeRemoval.remove(linux, base, name);
        }
    }

    @Test
    void nested_directories_are_opened_once_each() throws IOException {
        Files.createDirectories(folder.resolve("tree/a/b/c"));
        Files.createDirectories(folder.resolve("tree/d/e"));
        Files.writeString(folder.resolve("tree/a/b/c/file"), "x");
        Files.writeString(folder.resolve("tree/file"), "x");
        LoggingLibC kernel = new LoggingLibC();
        remove(kernel.linux(), "tree");
        assertFalse(Files.exists(folder.resolve("tree")));
        // tree, a, b, c, d; e is empty and removed without being opened.
        assertEquals(5, kernel.calls("openat2").size());
    }

    @Test
    void many_files_and_deep_paths_are_removed() throws IOException {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        for (int i = 0; i < 1000; i++) {
            Files.createDirectories(tree.resolve("directory-with-a-long-name-" + i + "/x"));
            Files.writeString(tree.resolve("file-with-a-long-name-" + i), "x");
        }
        Path deep = tree;
        for (int i = 0; i < 30; i++) {
            deep = Files.createDirectory(deep.resolve("d".repeat(100)));
        }
        Files.writeString(deep.resolve("file"), "x");
        remove(Linux.host(), "tree");
        assertTrue(Files.exists(folder));
        assertFalse(Files.exists(tree));
    }
}
