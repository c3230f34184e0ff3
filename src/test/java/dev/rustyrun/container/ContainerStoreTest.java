package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store as a folder on disk; needs no container and no root. */
class ContainerStoreTest {

    private static final int GONE = 4_194_303;

    @TempDir
    Path folder;

    private final Linux linux = Linux.host();
    private ContainerStore store;

    @BeforeEach
    void open() {
        store = ContainerStore.at(linux, folder.resolve("store").toString());
    }

    private static ContainerState state(String id, int runPid, long started, boolean setUp, String bundle) {
        return new ContainerState(
                id,
                0,
                0,
                "/rootfs",
                "",
                "2026-01-01T00:00:00Z",
                runPid,
                started,
                setUp,
                new ContainerState.Origin(bundle, Map.of(), true, false));
    }

    /** The state of a container that this process is creating. */
    private ContainerState alive(String id) {
        int own = linux.processId();
        return state(id, own, ProcessTimes.startOf(linux, own), false, "");
    }

    /** The state of a container all of whose processes were killed. */
    private static ContainerState dead(String id) {
        return state(id, GONE, 1, false, "");
    }

    private Path file(String id, String name) {
        return folder.resolve("store").resolve(id).resolve(name);
    }

    @Test
    void an_id_is_taken_as_long_as_its_container_lives() {
        store.add(alive("one"));
        assertThrows(InvalidSpecException.class, () -> store.add(alive("one")));
        assertThrows(InvalidSpecException.class, () -> store.checkFree("one"));
        assertEquals(Optional.of(alive("one")), store.find("one"));
        assertEquals(ContainerStatus.CREATING, store.status(store.get("one")));
        store.remove("one");
        store.checkFree("one");
        assertThrows(NoSuchContainerException.class, () -> store.get("one"));
        assertFalse(Files.exists(file("one", "")));
    }

    @Test
    void stale_containers_are_replaced_unless_they_belong_to_a_bundle() {
        store.add(dead("left"));
        store.add(state("kept", GONE, 1, true, "/bundle"));
        assertEquals(List.of(dead("left")), store.leftovers());
        store.add(alive("left"));
        assertEquals(List.of(), store.leftovers());
        assertThrows(InvalidSpecException.class, () -> store.add(alive("kept")));
        assertEquals(ContainerStatus.STOPPED, store.status(store.get("kept")));
    }

    @Test
    void a_state_that_is_damaged_or_a_link_is_reported_and_deleted_completely() throws IOException {
        store.add(dead("damaged"));
        Files.writeString(file("damaged", "state.json"), "{\"id\":\"damaged\"");
        Files.createDirectory(file("damaged", "more"));
        store.add(dead("link"));
        Files.move(file("link", "state.json"), folder.resolve("elsewhere"));
        Files.createSymbolicLink(file("link", "state.json"), folder.resolve("elsewhere"));
        store.add(dead("whole"));
        assertEquals(List.of("damaged", "link"), List.copyOf(store.broken().keySet()));
        assertEquals(List.of(dead("whole")), store.all());
        assertThrows(BrokenContainerException.class, () -> store.get("damaged"));
        assertThrows(BrokenContainerException.class, () -> store.get("link"));
        store.removeWithAll("damaged");
        store.removeWithAll("link");
        assertEquals(Map.of(), store.broken());
        assertTrue(Files.exists(folder.resolve("elsewhere")), "the link was removed, not what it leads to");
    }

    @Test
    void a_folder_without_a_state_is_removed_when_it_is_no_longer_being_made() throws IOException {
        store.add(dead("whole"));
        for (String name : List.of("new", "old", "others")) {
            Files.createDirectory(file(name, ""));
            Files.writeString(file(name, "state.json.new"), "");
        }
        Files.writeString(file("others", "mine"), "");
        FileTime before = FileTime.from(Instant.now().minusSeconds(3600));
        for (String name : List.of("old", "others", "whole")) {
            Files.setLastModifiedTime(file(name, ""), before);
        }
        assertEquals(List.of("old"), store.removeEmpty());
        assertTrue(store.removeEmpty("new"), "without a creator the caller does not wait");
        assertFalse(store.removeEmpty("new") || store.removeEmpty("others") || store.removeEmpty("whole"));
        Files.createDirectory(file("new", ""));
        assertFalse(Files.exists(file("old", "")));
        assertTrue(Files.exists(file("new", "")) && Files.exists(file("others", "mine")) && store.has("whole"));
    }

    @Test
    void files_beside_the_state_are_removed_with_it() {
        store.add(alive("one"));
        KeptFiles files = store.files("one");
        files.keepConfig("{}");
        files.makeFifo();
        linux.close(files.createReports());
        assertEquals("{}", files.config());
        assertTrue(files.hasFifo());
        try (OpenFile fifo = files.openFifo(FileFlag.O_RDWR)) {
            assertTrue(fifo.descriptor() >= 0);
        }
        files.removeFifo();
        assertFalse(files.hasFifo());
        store.remove("one");
        assertFalse(Files.exists(file("one", "")));
    }

    @Test
    void an_unknown_file_in_a_containers_folder_is_not_removed_silently() throws IOException {
        store.add(dead("one"));
        Files.writeString(file("one", "mine"), "");
        LinuxException full = assertThrows(LinuxException.class, () -> store.remove("one"));
        assertTrue(full.getMessage().contains("ENOTEMPTY"), full.getMessage());
        assertTrue(Files.exists(file("one", "mine")));
    }

    @Test
    void a_name_that_could_lead_elsewhere_is_not_an_id() {
        for (String name : List.of("", ".", "..", ".hidden", "-x", "a/b", "a b", "a\n", "ä", "x".repeat(129))) {
            assertFalse(ContainerId.isId(name), name);
            assertThrows(InvalidSpecException.class, () -> store.find(name));
            assertThrows(InvalidSpecException.class, () -> store.remove(name));
        }
        assertTrue(ContainerId.isId(store.newId()) && ContainerId.isId("x".repeat(128)));
    }
}
