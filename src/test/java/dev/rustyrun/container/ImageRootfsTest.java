package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.ImageArchive;
import dev.rustyrun.image.ImageReference;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.StoredImage;
import dev.rustyrun.image.layer.LayerLimits;
import dev.rustyrun.image.layer.LayerOwners;
import dev.rustyrun.image.layer.LayerStore;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LoggingLibC;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The facts about an image that a launch needs are in one file, which never outlives the image or replaces a changed
 * one.
 */
class ImageRootfsTest {

    @TempDir
    private Path folder;

    private final LoggingLibC kernel = new LoggingLibC();
    private final Linux linux = kernel.linux();
    private ImageStore store;

    @BeforeEach
    void open() {
        store = ImageStore.open(linux, folder.resolve("store"));
    }

    /** Stores and unpacks an image whose passwd names {@code user}; returns its digest. */
    private String add(String name, String user) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            byte[] text = (user + ":x:7:8::/home:/bin/sh\n").getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry("etc/passwd");
            entry.setSize(text.length);
            entry.setIds(linux.userId(), linux.groupId());
            tar.putArchiveEntry(entry);
            tar.write(text);
            tar.closeArchiveEntry();
        }
        new ImageArchive(store)
                .importTree(
                        "",
                        new ByteArrayInputStream(bytes.toByteArray()),
                        Optional.of(ImageReference.parse(name)),
                        List.of("CMD [\"run\", \"" + user + "\"]", "ENV A=" + user, "USER " + user));
        StoredImage image = store.get(name);
        new LayerStore(linux, store.layers())
                .unpack(
                        image.layers().stream()
                                .map(layer -> new LayerStore.Layer(
                                        layer.file(),
                                        layer.diffId().algorithm(),
                                        layer.diffId().hex()))
                                .toList(),
                        LayerOwners.one(linux.userId(), linux.groupId()),
                        LayerLimits.DEFAULT);
        return image.manifestDigest().toString();
    }

    private ImageRootfs rootfs(String digest) {
        kernel.clear();
        return ImageRootfs.stored(linux, store, digest);
    }

    private Path kept(String digest) {
        return folder.resolve("store/ready").resolve(digest.replace(':', '-'));
    }

    @Test
    void a_later_launch_reads_no_document_and_no_layer_and_knows_the_same() throws IOException {
        String digest = add("mine:1", "joe");
        ImageRootfs first = rootfs(digest);
        assertFalse(kernel.calls("/blobs/").isEmpty());
        ImageRootfs second = rootfs(digest);
        assertEquals(List.of(), kernel.calls("/blobs/"));
        assertEquals(1, kernel.calls("/layers/").size(), "it only checks that the layer exists");
        Spec.Image layers = first.layers(Map.of(), 0);
        assertEquals(layers, second.layers(Map.of(), 0));
        assertEquals(List.of("run", "joe"), second.command(Optional.empty(), List.of()));
        assertEquals(first.env(), second.env());
        assertEquals("joe", second.user());
        assertEquals(7, second.users().find("joe", List.of(), 0).user().uid());
        assertEquals(first.labels(), second.labels());
    }

    @Test
    void a_service_finds_it_by_its_name_without_reading_a_document() throws IOException {
        String digest = add("mine:1", "joe");
        assertTrue(ImageRootfs.kept(linux, store, "mine:1", "").isEmpty());
        rootfs(digest);
        kernel.clear();
        assertEquals(
                digest,
                ImageRootfs.kept(linux, store, "mine:1", "").orElseThrow().digest());
        assertEquals(List.of(), kernel.calls("/blobs/"));
        assertThrows(InvalidSpecException.class, () -> ImageRootfs.kept(linux, store, "mine:1", "linux/other"));
    }

    @Test
    void a_damaged_file_is_written_again() throws IOException {
        String digest = add("mine:1", "joe");
        rootfs(digest);
        byte[] whole = Files.readAllBytes(kept(digest));
        String text = new String(whole, StandardCharsets.UTF_8);
        String layers = text.replaceFirst(".*(\"layers\":.*),\"passwd\".*", "$1");
        for (byte[] damaged : List.of(
                new byte[0],
                new byte[whole.length],
                Arrays.copyOf(whole, whole.length / 2),
                text.replace(layers, "\"layers\":[],\"model\":\"\"").getBytes(StandardCharsets.UTF_8),
                text.replace(layers, "\"layers\":[\"\"],\"model\":\"\"").getBytes(StandardCharsets.UTF_8),
                text.replace(layers, "\"layers\":[\"..\"],\"model\":\"..\"").getBytes(StandardCharsets.UTF_8))) {
            Files.write(kept(digest), damaged);
            assertEquals(List.of("run", "joe"), rootfs(digest).command(Optional.empty(), List.of()));
            assertEquals(new String(whole, StandardCharsets.UTF_8), Files.readString(kept(digest)));
        }
    }

    @Test
    void it_is_removed_with_its_image_and_nothing_is_left() throws IOException {
        String digest = add("mine:1", "joe");
        rootfs(digest);
        assertTrue(store.ready("mine:1").isPresent());
        Path stale = kept("sha256:" + "1".repeat(64));
        Files.writeString(stale, "of a killed process");
        Files.writeString(stale.resolveSibling(".half"), "half");
        store.remove("mine:1", false);
        try (Stream<Path> left = Files.list(stale.getParent())) {
            assertEquals(List.of(), left.toList());
        }
        assertThrows(InvalidSpecException.class, () -> rootfs(digest));
    }

    @Test
    void a_kept_file_without_the_images_record_is_not_used() throws IOException {
        String digest = add("mine:1", "joe");
        rootfs(digest);
        Files.delete(folder.resolve("store/images").resolve(digest.replace(':', '-')));
        assertTrue(store.ready("mine:1").isEmpty());
        assertThrows(InvalidSpecException.class, () -> rootfs(digest));
    }

    @Test
    void a_layer_that_was_removed_is_noticed() throws IOException {
        String digest = add("mine:1", "joe");
        rootfs(digest);
        new LayerStore(linux, store.layers()).retain(Set.of());
        String why =
                assertThrows(InvalidSpecException.class, () -> rootfs(digest)).getMessage();
        assertTrue(why.contains("are not unpacked"), why);
    }

    @Test
    void a_name_that_moves_leads_to_the_other_image() throws IOException {
        rootfs(add("mine:1", "joe"));
        String other = add("mine:1", "ann");
        assertTrue(store.ready("mine:1").isEmpty());
        rootfs(other);
        assertEquals(
                List.of("run", "ann"),
                store.ready("mine:1").orElseThrow().config().cmd());
        assertFalse(store.ready("nothing:1").isPresent());
    }
}
