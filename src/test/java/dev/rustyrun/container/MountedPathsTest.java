package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is mounted ahead is not used once it is not what would be mounted. */
class MountedPathsTest {

    private final Linux linux = Linux.host();

    @TempDir
    Path folder;

    private Path rootfs;
    private Path data;

    @BeforeEach
    void make() throws IOException {
        rootfs = Files.createDirectories(folder.resolve("rootfs"));
        data = Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(rootfs.resolve("app/volume"));
    }

    private MountedPaths mounted() {
        Spec spec = new SpecBuilder(rootfs.toString(), List.of("/bin/true"))
                .mount(new Spec.Mount("/app/volume", "bind", data.toString(), List.of("rbind")))
                .build();
        return MountedPaths.of(linux, spec);
    }

    @Test
    void what_nobody_has_changed_is_current() throws IOException {
        try (MountedPaths paths = mounted()) {
            Files.writeString(data.resolve("file"), "text");
            Files.writeString(rootfs.resolve("app/file"), "text");
            assertTrue(paths.areCurrent());
            assertTrue(paths.areCurrent());
        }
    }

    @Test
    void what_was_changed_once_never_is_current_again() throws IOException {
        try (MountedPaths paths = mounted()) {
            Path away = folder.resolve("away");
            Files.move(data, away);
            assertFalse(paths.areCurrent());
            Files.move(away, data);
            assertFalse(paths.areCurrent(), "what was seen meanwhile is not known");
        }
    }
}
