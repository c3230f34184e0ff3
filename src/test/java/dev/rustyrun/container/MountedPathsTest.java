package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launch does not use mounts that were made ahead if it would now mount something else. */
class MountedPathsTest {

    private final Linux linux = Linux.host();

    @TempDir
    Path folder;

    private Path rootfs;
    private Path data;
    /** Stands for the root of a container; its mount points show what was mounted there. */
    private Path inside;

    @BeforeEach
    void make() throws IOException {
        rootfs = Files.createDirectories(folder.resolve("rootfs"));
        data = Files.createDirectories(folder.resolve("data"));
        inside = folder.resolve("inside");
        Files.createDirectories(rootfs.resolve("app/volume"));
        Files.createDirectories(inside.resolve("app/volume/memory"));
        Files.createDirectories(inside.resolve("proc/below"));
    }

    private MountedPaths mounted() {
        Spec spec = new SpecBuilder(rootfs.toString(), List.of("/bin/true"))
                .mount(new Spec.Mount("/app/volume", "bind", data.toString(), List.of("rbind")))
                .mount(new Spec.Mount("/app/volume/memory", "tmpfs", "tmpfs", List.of()))
                .mount(new Spec.Mount("/proc/below", "tmpfs", "tmpfs", List.of()))
                .build();
        MountedPaths paths = MountedPaths.of(linux, spec);
        paths.seenFrom(
                new OpenFile(linux, linux.open(inside.toString(), FileFlag.O_PATH | FileFlag.O_DIRECTORY)), false);
        return paths;
    }

    private MountedPaths ofImage(Path layer) {
        Spec spec = new SpecBuilder(rootfs.toString(), List.of("/bin/true")).build();
        Spec.Image image = new Spec.Image(
                "sha256:" + "1".repeat(64), List.of(layer.toString()), layer.toString(), Map.of(), List.of(), false, 0);
        return MountedPaths.of(linux, spec.withRoot(new Spec.Root(rootfs.toString(), false, Optional.of(image))));
    }

    private static void replace(Path directory) throws IOException {
        Files.move(directory, directory.resolveSibling("old"));
        Files.createDirectory(directory);
    }

    @Test
    void paths_that_did_not_change_are_current() throws IOException {
        try (MountedPaths paths = mounted()) {
            Files.writeString(data.resolve("file"), "text");
            Files.writeString(rootfs.resolve("app/file"), "text");
            assertTrue(paths.areCurrent());
            assertTrue(paths.areCurrent());
        }
    }

    @Test
    void a_changed_path_never_becomes_current_again() throws IOException {
        try (MountedPaths paths = mounted()) {
            Path away = folder.resolve("away");
            Files.move(data, away);
            assertFalse(paths.areCurrent());
            Files.move(away, data);
            assertFalse(paths.areCurrent(), "what was seen meanwhile is not known");
        }
    }

    @Test
    void a_directory_of_the_rootfs_with_a_mount_in_it_that_was_replaced_is_noticed() throws IOException {
        try (MountedPaths paths = mounted()) {
            replace(rootfs.resolve("app"));
            assertFalse(paths.areCurrent());
        }
    }

    @Test
    void a_mount_point_in_a_shared_volume_that_was_removed_or_replaced_is_noticed() throws IOException {
        try (MountedPaths paths = mounted()) {
            Files.delete(inside.resolve("app/volume/memory"));
            assertFalse(paths.areCurrent());
        }
        Files.createDirectory(inside.resolve("app/volume/memory"));
        try (MountedPaths paths = mounted()) {
            replace(inside.resolve("app/volume/memory"));
            assertFalse(paths.areCurrent());
        }
    }

    @Test
    void a_mount_point_that_becomes_a_link_is_noticed() throws IOException {
        try (MountedPaths paths = mounted()) {
            Path point = inside.resolve("app/volume/memory");
            Files.delete(point);
            Files.createSymbolicLink(point, Path.of("/proc"));
            assertFalse(paths.areCurrent());
        }
    }

    @Test
    void a_mount_point_without_its_own_mount_was_replaced_before_the_check() throws IOException {
        Spec spec = new SpecBuilder(rootfs.toString(), List.of("/bin/true"))
                .mount(new Spec.Mount("/app", "tmpfs", "tmpfs", List.of()))
                .build();
        for (boolean complete : List.of(false, true)) {
            try (MountedPaths paths = MountedPaths.of(linux, spec)) {
                paths.seenFrom(
                        new OpenFile(linux, linux.open(inside.toString(), FileFlag.O_PATH | FileFlag.O_DIRECTORY)),
                        complete);
                assertEquals(!complete, paths.areCurrent());
            }
        }
    }

    @Test
    void its_descriptors_are_closed_once() throws IOException {
        MountedPaths paths = mounted();
        paths.close();
        paths.close();
    }

    @Test
    void an_image_that_was_removed_and_unpacked_again_is_not_current() throws IOException {
        Path layer = Files.createDirectories(folder.resolve("layers/1/tree"));
        try (MountedPaths paths = ofImage(layer)) {
            // Layers of other containers are in the same folder.
            Files.createDirectories(rootfs.resolve("proc"));
            assertTrue(paths.areCurrent());
            replace(layer.getParent());
            Files.createDirectory(layer);
            assertFalse(paths.areCurrent());
        }
    }
}
