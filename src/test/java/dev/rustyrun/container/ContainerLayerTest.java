package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.Digest;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.linux.FaultyLibC;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layer of a container that is created before its start. */
class ContainerLayerTest {

    private static final String STORE = "/run/rustyrun-of-a-test";

    @TempDir
    private Path folder;

    private ContainerLayer layer(Linux linux, String id) {
        Spec.Image image = new Spec.Image(
                "sha256:" + "1".repeat(64),
                List.of("/lower"),
                folder.toString(),
                Map.of("/etc/hosts", "127.0.0.1 x\n"),
                List.of(),
                true,
                0);
        return new ContainerLayer(
                linux, SelfExec.current(), folder.resolve("containers").toString(), id, image, List.of("/v"), "token");
    }

    @Test
    void files_that_were_put_in_survive_a_start_that_is_killed_at_any_call() throws IOException {
        FaultyLibC kernel = new FaultyLibC();
        Linux faulty = kernel.linux();
        String failed = "first";
        int call = 0;
        while (!failed.isEmpty()) {
            call++;
            String id = "c" + call;
            layer(Linux.host(), id).makeBeforeStart(STORE, "token");
            Path own = folder.resolve("containers").resolve(id);
            Files.writeString(own.resolve("upper/put"), "put");
            Files.writeString(own.resolve("volume0/put"), "put");
            kernel.failAt(call, 0);
            ContainerLayer killed = layer(faulty, id);
            try {
                killed.make(STORE);
            } catch (OutOfMemoryError e) {
                assertFalse(e.getMessage().isEmpty());
            }
            failed = kernel.heal();
            killed.unlock();
            ContainerLayer next = layer(Linux.host(), id);
            next.make(STORE);
            assertEquals("put", Files.readString(own.resolve("upper/put")), failed);
            assertEquals("put", Files.readString(own.resolve("volume0/put")), failed);
            assertEquals("127.0.0.1 x\n", Files.readString(own.resolve("file0")), failed);
            next.end(false);
            assertTrue(Files.exists(own.resolve("upper/put")), failed);
        }
        assertTrue(call > 10, call + " calls");
    }

    @Test
    void a_layer_that_is_being_made_does_not_stop_a_removal_of_images() throws IOException {
        ContainerLayer beginning = layer(Linux.host(), "beginning");
        beginning.make(STORE);
        Files.writeString(folder.resolve("containers/beginning/layers"), "");
        ContainerLayers layers =
                new ContainerLayers(Linux.host(), SelfExec.current(), ImageStore.open(Linux.host(), folder));
        layers.retain(Set.of());
        assertTrue(Files.exists(folder.resolve("containers/beginning")));
        beginning.end(false);
    }

    @Test
    void launches_that_a_service_has_prepared_are_no_users_of_an_image() {
        Digest image = Digest.parse("sha256:" + "1".repeat(64));
        ContainerLayers layers =
                new ContainerLayers(Linux.host(), SelfExec.current(), ImageStore.open(Linux.host(), folder));
        ContainerLayer waiting = layer(Linux.host(), "waiting");
        waiting.make(STORE);
        waiting.markWaiting();
        assertEquals(Set.of(image), layers.used(List.of(image)));
        assertEquals(List.of(), layers.users(image));
        ContainerLayer container = layer(Linux.host(), "container");
        container.make(STORE);
        assertEquals(List.of("container"), layers.users(image));
        container.end(false);
        assertEquals(List.of(), layers.users(image));
        waiting.markTaken();
        assertEquals(List.of("waiting"), layers.users(image), "a request has taken the launch");
        waiting.end(false);
        assertEquals(Set.of(), layers.used(List.of(image)));
    }
}
