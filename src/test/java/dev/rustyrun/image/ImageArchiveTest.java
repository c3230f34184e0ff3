package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {

    private static final Platform AMD64 = Platform.parse("linux/amd64");

    @TempDir
    Path folder;

    private ImageStore store;

    @BeforeEach
    void open() {
        store = ImageStore.open(Linux.host(), folder.resolve("store"));
    }

    private List<String> load(byte[] archive) {
        return new ImageArchive(store).load("", new ByteArrayInputStream(archive), AMD64);
    }

    private Digest importTar(byte[] tar, String name) {
        return new ImageArchive(store)
                .importTree(
                        "", new ByteArrayInputStream(tar), Optional.of(ImageReference.parse(name)), List.of("USER u"));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void a_saved_image_can_be_loaded_again_in_each_format() throws IOException {
        byte[] tree = TestTar.of("bin/x", "y");
        Digest id = importTar(gzip(tree), "mine:1");
        for (String format : List.of("docker-archive", "oci-archive")) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new ImageArchive(store).save(List.of("mine:1"), format, Optional.empty(), out);
            store.remove("mine:1", true);
            assertEquals(
                    List.of("mine:1"), load(format.startsWith("oci") ? gzip(out.toByteArray()) : out.toByteArray()));
            StoredImage image = store.get("mine:1");
            assertEquals(id, image.id());
            assertEquals("u", image.config().user());
            try (InputStream layer = LayerStream.open(image.layers().get(0).file())) {
                assertArrayEquals(tree, layer.readAllBytes());
            }
        }
        Path layout = folder.resolve("layout");
        new ImageArchive(store)
                .save(List.of("mine:1"), "oci-dir", Optional.of(layout), OutputStream.nullOutputStream());
        store.remove("mine:1", true);
        assertEquals(
                List.of("mine:1"),
                new ImageArchive(store).load(layout.toString(), InputStream.nullInputStream(), AMD64));
        assertEquals(id, store.get("mine:1").id());
    }

    private String refused(Runnable work) {
        return assertThrows(InvalidSpecException.class, work::run).getMessage();
    }

    @Test
    void a_path_that_cannot_hold_an_archive_is_named_with_advice() throws IOException {
        importTar(TestTar.of("x", "y"), "mine:1");
        ImageArchive archive = new ImageArchive(store);
        String tree = folder.toString();
        assertEquals(
                "\"" + tree + "\" is a directory: tar -C " + tree + " -c . | rustyrun import - NAME",
                refused(() -> archive.importTree(tree, InputStream.nullInputStream(), Optional.empty(), List.of())));
        assertEquals(
                "\"http://a/b.tar\" is a URL: use curl -L URL | rustyrun import - NAME",
                refused(() -> archive.importTree(
                        "http://a/b.tar", InputStream.nullInputStream(), Optional.empty(), List.of())));
        assertEquals(
                "\"" + tree + "\" is a directory: pass --output FILE, or --format oci-dir",
                refused(() -> archive.save(
                        List.of("mine:1"), "docker-archive", Optional.of(folder), OutputStream.nullOutputStream())));
        assertEquals(
                "the directory \"" + folder.resolve("none") + "\" for the archive does not exist",
                refused(() -> archive.save(
                        List.of("mine:1"),
                        "oci-archive",
                        Optional.of(folder.resolve("none/a.tar")),
                        OutputStream.nullOutputStream())));
    }

    private static final byte[] LAYER = layer();

    private static byte[] layer() {
        try {
            return TestTar.of("etc/x", "1");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String config(byte[] layer) {
        return "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                + Digest.of(layer) + "\"]}}";
    }

    private static TestTar archive(String config) throws IOException {
        return new TestTar()
                .file(
                        "manifest.json",
                        "[{\"Config\":\"c.json\",\"RepoTags\":[\"mine:1\"],\"Layers\":[\"one/layer.tar\"]}]")
                .file("c.json", config);
    }

    @Test
    void layers_may_be_links_to_others_within_the_archive() throws IOException {
        byte[] archive = archive(config(LAYER))
                .file("two/layer.tar", LAYER)
                .link("one/layer.tar", TarConstants.LF_SYMLINK, "../two/layer.tar")
                .end();
        assertEquals(List.of("mine:1"), load(archive));
        assertEquals(Digest.of(LAYER), store.get("mine:1").layers().get(0).digest());
    }

    @Test
    void a_hostile_archive_is_refused_in_a_line_and_leaves_nothing() throws IOException {
        byte[] other = "other".getBytes(StandardCharsets.UTF_8);
        List<byte[]> archives = List.of(
                new byte[0],
                "not a tar".getBytes(StandardCharsets.UTF_8),
                gzip("not a tar".getBytes(StandardCharsets.UTF_8)),
                TestTar.of("etc/passwd", "x"),
                archive(config(LAYER)).end(),
                archive(config(LAYER)).file("one/layer.tar", other).end(),
                archive("{").file("one/layer.tar", LAYER).end(),
                archive("{}").file("one/layer.tar", LAYER).end(),
                archive(config(LAYER))
                        .file("c.json", "{}")
                        .file("one/layer.tar", LAYER)
                        .end(),
                archive(config(LAYER)).file("../../evil", other).end(),
                archive(config(LAYER)).file("/etc/evil", other).end(),
                archive(config(LAYER))
                        .link("one/layer.tar", TarConstants.LF_SYMLINK, "/etc/passwd")
                        .end(),
                archive(config(LAYER))
                        .link("one/layer.tar", TarConstants.LF_SYMLINK, "../../../etc/passwd")
                        .end(),
                archive(config(LAYER))
                        .link("one/layer.tar", TarConstants.LF_SYMLINK, "layer.tar")
                        .end(),
                archive(config(LAYER))
                        .link("one/layer.tar", TarConstants.LF_LINK, "one/layer.tar")
                        .end(),
                archive(config(LAYER))
                        .link("device", TarConstants.LF_CHR, "")
                        .file("one/layer.tar", LAYER)
                        .end(),
                new TestTar()
                        .file("oci-layout", "{}")
                        .file(
                                "index.json",
                                "{\"manifests\":[{\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":3}]}")
                        .end(),
                new TestTar()
                        .file("oci-layout", "{}")
                        .file(
                                "index.json",
                                "{\"manifests\":[{\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":2}]}")
                        .file("blobs/sha256/" + "a".repeat(64), "{}")
                        .end());
        for (int i = 0; i < archives.size(); i++) {
            byte[] archive = archives.get(i);
            String message = assertThrows(InvalidSpecException.class, () -> load(archive), "archive " + i)
                    .getMessage();
            assertTrue(!message.contains("\n") && !message.contains("Exception"), message);
            assertEquals(List.of(), store.list());
            try (Stream<Path> left = Files.list(store.root().resolve("partial"))) {
                assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith("new-")), "archive " + i);
            } catch (NoSuchFileException e) {
                // The folder does not exist, so nothing was made.
            }
        }
    }

    @Test
    void a_file_that_is_not_a_tar_is_named() throws IOException {
        Path file = Files.writeString(folder.resolve("notes"), "a line of text\n".repeat(100));
        String message = assertThrows(
                        InvalidSpecException.class,
                        () -> new ImageArchive(store).load(file.toString(), InputStream.nullInputStream(), AMD64))
                .getMessage();
        assertTrue(message.startsWith("the archive " + file + " cannot be loaded: "), message);
    }

    @Test
    void only_a_tar_is_imported() {
        for (byte[] bytes : List.of(new byte[0], "no tar".getBytes(StandardCharsets.UTF_8), new byte[1024])) {
            assertThrows(InvalidSpecException.class, () -> importTar(bytes, "x"));
        }
        assertThrows(
                InvalidSpecException.class,
                () -> new ImageArchive(store)
                        .importTree("", new ByteArrayInputStream(LAYER), Optional.empty(), List.of("RUN x")));
    }
}
