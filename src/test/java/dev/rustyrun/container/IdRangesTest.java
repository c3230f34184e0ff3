package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdRangesTest {

    private static final IdPool POOL = IdPool.parse("131072:262144");

    @TempDir
    Path folder;

    private IdRanges ranges() {
        Linux linux = Linux.host();
        return new IdRanges(
                linux, ContainerStore.at(linux, folder.resolve("store").toString()));
    }

    private String container(String id) throws IOException {
        return Files.createDirectories(
                        folder.resolve(id),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                .toString();
    }

    @Test
    void a_store_creates_them_once_because_they_keep_a_folder_open() {
        ContainerStore store =
                ContainerStore.at(Linux.host(), folder.resolve("store").toString());
        assertSame(store.idRanges(), store.idRanges());
    }

    @Test
    void every_container_has_another_range_until_all_are_taken() throws IOException {
        Set<IdMapping> taken = new HashSet<>();
        for (int i = 0; i < POOL.ranges(); i++) {
            assertTrue(taken.add(ranges().take(POOL, container("c" + i))));
        }
        String more = container("more");
        ContainerException none = assertThrows(ContainerException.class, () -> ranges().take(POOL, more));
        assertEquals(ContainerException.Kind.NO_IDS, none.kind());
        assertTrue(none.getMessage().startsWith("all 4 ranges of the id pool 131072:262144 are taken"));
    }

    @Test
    void a_released_range_is_reused_after_all_others() throws IOException {
        IdMapping first = ranges().take(POOL, container("c"));
        ranges().giveBack(first);
        for (int i = 1; i < POOL.ranges(); i++) {
            assertNotEquals(first, ranges().take(POOL, container("c" + i)));
        }
        assertEquals(first, ranges().take(POOL, container("again")));
    }

    @Test
    void a_range_of_a_deleted_container_is_free_even_if_it_was_not_released() throws IOException {
        for (int i = 0; i < POOL.ranges(); i++) {
            ranges().take(POOL, container("c" + i));
        }
        Files.delete(folder.resolve("c2"));
        IdMapping only = ranges().take(POOL, container("next"));
        Files.delete(folder.resolve("next"));
        assertEquals(only, ranges().take(POOL, container("last")));
    }

    @Test
    void many_at_once_share_none() throws InterruptedException {
        IdPool many = IdPool.parse("131072:4194304");
        Set<IdMapping> taken = Collections.synchronizedSet(new HashSet<>());
        Thread[] threads = new Thread[8];
        for (int t = 0; t < threads.length; t++) {
            int number = t;
            threads[t] = new Thread(() -> {
                for (int i = 0; i < many.ranges() / threads.length; i++) {
                    try {
                        taken.add(ranges().take(many, container(number + "-" + i)));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(many.ranges(), taken.size());
    }
}
