package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LoggingLibC;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {

    @TempDir
    Path folder;

    private ImageStore store;

    @BeforeEach
    void open() {
        store = ImageStore.open(Linux.host(), folder.resolve("store"));
    }

    private Digest add(String name, String content) throws IOException {
        return new ImageArchive(store)
                .importTree(
                        "",
                        new ByteArrayInputStream(TestTar.of("file", content)),
                        Optional.of(ImageReference.parse(name)),
                        List.of());
    }

    @Test
    void an_image_is_found_by_its_names_and_by_the_beginning_of_its_id() throws IOException {
        Digest id = add("mine:1", "a");
        store.tag("mine:1", ImageReference.parse("quay.io/other"));
        for (String text : List.of(
                "mine:1",
                "quay.io/other:latest",
                id.toString(),
                id.hex(),
                id.hex().substring(0, 4))) {
            assertEquals(id, store.get(text).id(), text);
        }
        assertEquals(2, store.namesOf(store.get("mine:1")).size());
        assertEquals(1, store.list().size());
        assertTrue(store.find("nothing").isEmpty());
        assertTrue(store.find("ffffffffffff").isEmpty());
    }

    @Test
    void a_list_reads_each_name_and_each_record_by_one_call() throws IOException {
        for (int i = 0; i < 5; i++) {
            add("mine:" + i, "a" + i);
        }
        LoggingLibC kernel = new LoggingLibC();
        assertEquals(
                5,
                ImageStore.open(kernel.linux(), folder.resolve("store")).list().size());
        assertEquals(10, kernel.calls("read[").size());
    }

    @Test
    void an_image_is_removed_with_its_last_name() throws IOException {
        Digest id = add("mine:1", "a");
        store.tag("mine:1", ImageReference.parse("mine:2"));
        assertThrows(InvalidSpecException.class, () -> store.remove(id.hex(), false));
        assertEquals(List.of("Untagged: mine:1"), store.remove("mine:1", false));
        assertEquals(List.of("Untagged: mine:2", "Deleted: " + id), store.remove("mine:2", false));
        assertEquals(0, store.usage().bytes());
        assertThrows(InvalidSpecException.class, () -> store.remove("mine:2", false));
    }

    @Test
    void blobs_that_images_share_stay_and_a_name_that_moves_leaves_an_image_that_prune_removes() throws IOException {
        add("mine:1", "a");
        add("mine:1", "b");
        assertEquals(2, store.list().size());
        ImageRemoval.Pruned pruned = store.prune(false);
        assertEquals(1, pruned.removed().size());
        assertTrue(Files.exists(store.get("mine:1").layers().get(0).file()));
        assertEquals(1, store.prune(true).removed().size());
        assertEquals(0, store.usage().bytes());
    }

    @Test
    void leftovers_of_a_killed_process_are_removed_unless_a_pull_is_running() throws IOException {
        add("mine:1", "a");
        Path partial = store.folder().temporary();
        Files.writeString(partial, "half");
        Path unknown = store.blobs().path(Digest.of(new byte[] {1}));
        Files.writeString(unknown, "x");
        try (StoreLock held = store.hold()) {
            assertEquals(0, store.collect());
            assertTrue(Files.exists(partial));
        }
        assertEquals(1, store.collect());
        assertFalse(Files.exists(partial));
        assertFalse(Files.exists(unknown));
        assertTrue(store.find("mine:1").isPresent());
    }

    @Test
    void an_image_in_use_is_kept() throws IOException {
        Digest id = add("mine:1", "a");
        ImageStore used = store.with(new LayerDisposal() {
            @Override
            public Set<Digest> used(List<Digest> images) {
                return Set.copyOf(images);
            }
        });
        assertThrows(InvalidSpecException.class, () -> used.remove("mine:1", false));
        assertEquals(new ImageRemoval.Pruned(List.of(), 1, 0), used.prune(true));
        assertEquals(2, used.remove(id.hex(), true).size());
    }

    @Test
    void a_store_that_others_can_write_is_not_used() throws IOException {
        add("mine:1", "a");
        Files.setPosixFilePermissions(store.root(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThrows(InvalidSpecException.class, () -> store.list());
        assertThrows(InvalidSpecException.class, () -> store.find("mine:1"));
    }

    @Test
    void a_full_store_with_a_limit_refuses_and_gives_advice() throws IOException {
        ImageStore all = store;
        store = all.within(new StoreLimit(20_000, Path.of("/etc/rustyrun/images.json")));
        add("small", "x".repeat(5000));
        long taken = store.room().blobs();
        ImageException e = assertThrows(ImageException.class, () -> add("large", "y".repeat(20_000)));
        assertEquals(ImageException.Kind.FULL, e.kind());
        assertTrue(
                e.getMessage().contains("maxSize in /etc/rustyrun/images.json")
                        && e.getMessage().contains("image prune --all"),
                e.getMessage());
        assertTrue(store.find("large").isEmpty());
        assertEquals(taken, store.room().blobs());
        assertEquals(List.of(), store.folder().names("partial"));
        Files.createDirectories(store.layers().resolve("ab"));
        Files.writeString(store.layers().resolve("ab/info"), "root=true\nentries=1\nbytes=9000\n");
        assertEquals(9000, store.room().layers());
        assertTrue(reserved(20_000 - taken - 9000));
        assertFalse(reserved(20_000 - taken - 8999));
        assertEquals(9000, store.usage().unpacked());
        assertThrows(ImageException.class, () -> add("more", "z".repeat(5000)));
        store.remove("small", false);
        Files.delete(store.layers().resolve("ab/info"));
        add("more", "z".repeat(5000));
        store = all;
        add("large", "y".repeat(20_000));
        assertTrue(store.room().reservation().isEmpty());
    }

    /** Whether this many bytes could be reserved. */
    private boolean reserved(long bytes) throws IOException {
        try (RoomReservation room = store.room().reservation().orElseThrow()) {
            return room.take(bytes);
        }
    }

    @Test
    void several_that_unpack_at_once_do_not_exceed_the_limit_together() throws Exception {
        int limit = 10_000_000;
        store = store.within(new StoreLimit(limit, Path.of("/etc/rustyrun/images.json")));
        AtomicLong all = new AtomicLong();
        List<RoomReservation> rooms = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            RoomReservation room = store.room().reservation().orElseThrow();
            rooms.add(room);
            threads.add(new Thread(() -> {
                while (room.take(1000)) {
                    all.addAndGet(1000);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(all.get() <= limit && all.get() > limit * 9L / 10, all + " bytes of " + limit);
        assertThrows(ImageException.class, () -> add("large", "y".repeat(limit - (int) all.get() + 1)));
        rooms.forEach(RoomReservation::close);
        assertEquals(List.of(), store.folder().names(RoomReservation.FOLDER));
        assertTrue(reserved(limit));
    }

    @Test
    void reservations_of_a_killed_process_are_released() throws IOException {
        store = store.within(new StoreLimit(20_000, Path.of("/etc/rustyrun/images.json")));
        Path left = store.folder().make(RoomReservation.FOLDER).resolve("left");
        Files.write(left, new byte[19_000]);
        add("small", "x".repeat(5000));
        assertTrue(reserved(10_000));
        assertFalse(Files.exists(left));
    }

    @Test
    void the_limit_is_a_size_and_nothing_else() {
        Path file = Path.of("images.json");
        assertEquals(20L << 30, StoreLimit.parse(file, "{\"maxSize\": \"20g\"}").bytes());
        assertEquals(
                500L << 20, StoreLimit.parse(file, "{\"maxSize\": \"500MB\"}").bytes());
        assertEquals(7, StoreLimit.parse(file, "{\"maxSize\": \"7\"}").bytes());
        for (String wrong : List.of(
                "{\"maxSize\": \"much\"}",
                "{\"maxSize\": \"9999999t\"}",
                "{\"maxSize\": 5}",
                "{\"size\": \"5g\"}",
                "{}",
                "[")) {
            String message = assertThrows(InvalidSpecException.class, () -> StoreLimit.parse(file, wrong))
                    .getMessage();
            assertTrue(message.contains("images.json"), message);
        }
    }
}
