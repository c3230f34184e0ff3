package dev.rustyrun.container.supervised;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ends of processes that stand for monitors. */
class MonitorsTest {

    @TempDir
    Path data;

    private final Linux linux = Linux.host();
    private final PollLoop loop = new PollLoop(linux);
    private final Watches watches = new Watches(loop, new FileWatch(linux, loop), new Steps(), new Timers());
    private final CompletableFuture<ContainerFolder> ended = new CompletableFuture<>();
    private final Monitors monitors = new Monitors(linux, watches, new Listener() {
        @Override
        public void changed(String what, String id) {}

        @Override
        public void attempted(ObjectNode line) {}

        @Override
        public void ended(ContainerFolder folder) {
            ended.complete(folder);
        }
    });
    private ContainerFolder folder;

    @BeforeEach
    void make() throws IOException {
        folder = new ContainerFolder(data.resolve("box"));
        Files.createDirectory(folder.path());
        folder.describe(ContainerFolder.object().set("resolved", ContainerFolder.object()));
    }

    @AfterEach
    void stop() {
        loop.stop();
    }

    private void monitorEnds(String script) throws Exception {
        List<String> words = List.of("sh", "-c", script, "sh", folder.errors().toString());
        int monitor = linux.spawnCommand("/bin/sh", words, List.of("PATH=/usr/bin:/bin"));
        monitors.watch(folder, monitor, killed -> {});
        ended.get(1, TimeUnit.MINUTES);
    }

    private String message() {
        return folder.result().orElseThrow().path("message").asText();
    }

    @Test
    void one_that_ends_before_it_has_begun_leaves_a_result_with_its_error() throws Exception {
        monitorEnds("printf 'rustyrun: the library is missing\\n\\tat somewhere\\n' > \"$1\"; exit 3");
        assertEquals(
                "the monitor process of the container exited with 3 before it began: the library is missing",
                message());
        assertEquals(
                "setup-failed", folder.result().orElseThrow().path("reason").asText());
        assertEquals(125, folder.result().orElseThrow().path("exitCode").asInt());
        assertTrue(folder.result().orElseThrow().has("finished"));
    }

    @Test
    void one_that_is_killed_before_it_has_begun_leaves_a_result() throws Exception {
        monitorEnds("kill -9 $$");
        assertEquals("the monitor process of the container was killed by SIGKILL before it began", message());
    }

    @Test
    void one_that_has_begun_and_is_killed_leaves_a_lost_container() throws Exception {
        folder.markStarted(ContainerFolder.object().put("monitor", Integer.MAX_VALUE));
        monitorEnds("kill -9 $$");
        assertTrue(folder.result().isEmpty());
    }

    @Test
    void the_folder_of_a_deleted_container_is_not_made_again() throws Exception {
        folder.remove();
        monitorEnds("exit 1");
        assertTrue(Files.notExists(folder.path()));
    }
}
