package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A service with little memory. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServeMemoryIT {

    private static final int READERS = 120;
    private static final String MUCH =
            "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"yes | head -c %d\"],"
                    + " \"maxOutput\": \"16m\"}";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private interface Trial {
        void run(Server server) throws Exception;
    }

    /** Runs in a cgroup with a memory limit in MiB; the native executable derives its heap size from the limit. */
    private static void withMemory(int mebibytes, Trial trial) throws Exception {
        boolean v2 = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        Path group = Path.of("/sys/fs/cgroup", v2 ? "" : "memory", "rustyrun-it-small-" + mebibytes);
        Files.createDirectories(group);
        try {
            Files.writeString(
                    group.resolve(v2 ? "memory.max" : "memory.limit_in_bytes"), Integer.toString(mebibytes << 20));
            String enter = "echo $$ > " + group + "/cgroup.procs && exec \"$@\"";
            try (Server server = Server.startBy(List.of("sh", "-c", enter, "sh"))) {
                trial.run(server);
                assertTrue(server.sh(200, "echo still here").contains("still here"));
            }
        } finally {
            Host.eventually("the cgroup is empty", () -> group.toFile().delete());
        }
    }

    private static HttpResponse<String> run(Server server, int bytes) {
        return Server.quietly(() -> server.post("/v1/run", MUCH.formatted(bytes)));
    }

    @Test
    void h12_much_output_does_not_end_a_service_with_little_memory() throws Exception {
        for (int mebibytes : new int[] {64, 96}) {
            withMemory(mebibytes, server -> {
                assertEquals(200, run(server, 1_000_000).statusCode());
                List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    answers.add(CompletableFuture.supplyAsync(() -> run(server, 16_000_000)));
                }
                for (CompletableFuture<HttpResponse<String>> answer : answers) {
                    int status = answer.join().statusCode();
                    assertTrue(status == 200 || status == 503, "status " + status);
                }
                assertEquals(200, server.health("live").statusCode());
            });
        }
    }

    @Test
    void s11_readers_of_logs_do_not_end_a_service_with_little_memory() throws Exception {
        withMemory(96, server -> {
            String made = server.post(
                            "/v1/containers",
                            "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\","
                                    + " \"dd if=/dev/zero bs=1 count=300000 2>/dev/null; sleep 1000\"],"
                                    + " \"maxLog\": \"4m\", \"start\": true}")
                    .body();
            String at = "/v1/containers/" + made.replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
            Host.eventually("all output is written", () -> length(server, at) == 300_000);
            List<CompletableFuture<Integer>> tails = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tails.add(CompletableFuture.supplyAsync(() -> status(server, at + "/logs?tail=1")));
            }
            for (CompletableFuture<Integer> tail : tails) {
                int status = tail.join();
                assertTrue(status == 200 || status == 503, "status " + status);
            }
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                Socket reader = new Socket("127.0.0.1", server.port());
                reader.getOutputStream()
                        .write(("GET " + at + "/logs?follow=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                InputStream answer = reader.getInputStream();
                byte[] head = answer.readNBytes(12);
                assertTrue(new String(head, StandardCharsets.US_ASCII).matches("HTTP/1.1 (200|503|429)"));
                slow.add(reader);
            }
            assertEquals(200, server.health("live").statusCode());
            assertEquals(200, run(server, 1000).statusCode());
            for (Socket reader : slow) {
                reader.close();
            }
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        });
    }

    private static int length(Server server, String at) {
        return Server.quietly(() -> server.get(at + "/logs").body().length());
    }

    private static int status(Server server, String path) {
        return Server.quietly(() -> server.get(path).statusCode());
    }
}
