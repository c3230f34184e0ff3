package dev.rustyrun.image.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.layer.LayerStore.Layer;
import dev.rustyrun.linux.Linux;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer exists completely or not at all, and its contents match its digest. */
class LayerStoreTest {

    private static final Linux LINUX = Linux.host();
    private static final LayerOwners MINE = LayerOwners.one(LINUX.userId(), LINUX.groupId());
    private static final byte[] TAR =
            new TarBytes().directory("./").file("f", "text").end();

    @TempDir
    private Path folder;

    private LayerStore store() {
        return new LayerStore(LINUX, folder.resolve("store/layers"));
    }

    private Layer layer(byte[] tar, byte[] blob) throws IOException {
        Path file = Files.createTempFile(folder, "blob", "");
        Files.write(file, blob);
        return new Layer(file, "sha256", TarBytes.sha256(tar));
    }

    private void unpack(Layer... layers) {
        store().unpack(List.of(layers), MINE, LayerLimits.DEFAULT);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("store/layers"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals(".locks"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] zstd(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @Test
    void plain_gzip_and_zstd_layers_are_unpacked() throws IOException {
        byte[] other = new TarBytes().file("g", "x".repeat(300_000)).end();
        byte[] third = new TarBytes().file("h", "z").end();
        Layer plain = layer(TAR, TAR);
        Layer gzip = layer(other, gzip(other));
        Layer zstd = layer(third, zstd(third));
        unpack(plain, gzip, zstd);
        assertEquals("text", Files.readString(Path.of(store().tree(plain.hex()), "f")));
        assertEquals(300_000, Files.size(Path.of(store().tree(gzip.hex()), "g")));
        assertEquals("z", Files.readString(Path.of(store().tree(zstd.hex()), "h")));
        assertTrue(store().hasRootEntry(plain.hex()));
        assertFalse(store().hasRootEntry(gzip.hex()));
        assertEquals(3, names().size());
    }

    @Test
    void a_stream_of_several_members_or_frames_is_one_layer() throws IOException {
        byte[] first = java.util.Arrays.copyOf(TAR, 700);
        byte[] rest = java.util.Arrays.copyOfRange(TAR, 700, TAR.length);
        Layer gzip = layer(TAR, joined(gzip(first), gzip(rest)));
        unpack(gzip);
        store().retain(Set.of());
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2};
        Layer zstd = layer(TAR, joined(zstd(first), skippable, zstd(rest), skippable));
        unpack(zstd);
        assertTrue(store().has(zstd.hex()));
    }

    @Test
    void another_hash_leaves_nothing() throws IOException {
        Layer wrong = layer(new byte[1], TAR);
        LayerException e = assertThrows(LayerException.class, () -> unpack(wrong));
        assertTrue(e.getMessage().contains("not its diffId"), e.getMessage());
        assertEquals(List.of(), names());
        assertFalse(store().has(wrong.hex()));
    }

    @Test
    void a_damaged_or_short_blob_leaves_nothing_and_hurts_no_other() throws IOException {
        byte[] other = new TarBytes().file("g", "x".repeat(100_000)).end();
        byte[] gzip = gzip(other);
        Layer shortened = layer(other, java.util.Arrays.copyOf(gzip, gzip.length - 20));
        Layer good = layer(TAR, TAR);
        LayerException e = assertThrows(LayerException.class, () -> unpack(shortened, good));
        assertTrue(e.getMessage().contains("cannot be unpacked"), e.getMessage());
        assertEquals(List.of(good.hex()), names());
    }

    @Test
    void leftovers_of_a_killed_process_are_ignored() throws IOException {
        Layer layer = layer(TAR, TAR);
        Path left = folder.resolve("store/layers/.new-" + layer.hex() + "/tree/deep/er");
        Files.createDirectories(left);
        unpack(layer);
        assertFalse(Files.exists(Path.of(store().tree(layer.hex()), "deep")));
        assertEquals(List.of(layer.hex()), names());
    }

    @Test
    void many_at_once_unpack_it_once() throws Exception {
        Layer layer = layer(TAR, TAR);
        Callable<Void> work = () -> {
            unpack(layer);
            return null;
        };
        var threads = Executors.newFixedThreadPool(8);
        for (var each : threads.invokeAll(java.util.Collections.nCopies(8, work))) {
            each.get();
        }
        threads.shutdown();
        assertEquals(List.of(layer.hex()), names());
    }

    @Test
    void only_needed_layers_are_kept() throws IOException {
        byte[] other = new TarBytes().file("g", "x").end();
        Layer kept = layer(TAR, TAR);
        Layer gone = layer(other, other);
        unpack(kept, gone);
        Files.createDirectories(folder.resolve("store/layers/.old-abc/tree"));
        store().retain(Set.of(kept.hex()));
        assertEquals(List.of(kept.hex()), names());
        assertEquals(List.of(kept.hex()), store().all());
    }
}
