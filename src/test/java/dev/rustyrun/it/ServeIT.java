package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rustyrun serve} over a real socket, with real containers. Needs root. */
class ServeIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void serve_is_ready_when_namespaces_can_be_made_and_stops_on_sigterm() throws Exception {
        Host.State before = Host.state();
        try (Server server = Server.start()) {
            HttpResponse<String> ready = server.health("ready");
            assertEquals(200, ready.statusCode(), ready.body());
            assertTrue(ready.body().contains("namespaces"), ready.body());
            assertEquals(200, server.health("live").statusCode());
        }
        assertEquals(before, Host.state());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void serve_without_the_right_to_make_namespaces_is_alive_but_not_ready_and_says_why() throws Exception {
        try (Server server = Server.startBy(List.of("setpriv", "--bounding-set", "-sys_admin"))) {
            HttpResponse<String> ready = server.health("ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("EPERM (Operation not permitted)"), ready.body());
            assertEquals(200, server.health("live").statusCode());
        }
    }

    @Test
    void a_command_runs_in_a_container_of_its_own_and_its_output_comes_back() throws Exception {
        Host.State before = Host.state();
        try (Server server = Server.start()) {
            assertEquals(200, server.health("ready").statusCode());
            String body =
                    server.sh(200, "echo pid $$; cat; echo oops >&2; touch /here; exit 3", "\"stdin\": \"in\\n\"");
            assertTrue(
                    body.contains("\"exitCode\":3")
                            && body.contains("\"text\":\"pid 1\\nin\\n\"")
                            && body.contains("\"text\":\"oops\\n\""),
                    body);
            assertTrue(Files.notExists(Launcher.busybox().resolve("here")), "the rootfs stays as it is");
            assertTrue(
                    server.sh(200, "cat /sys/class/net/*/operstate | wc -l").contains("\"text\":\"1\\n\""), "only lo");
        }
        assertEquals(before, Host.state());
        Host.expectNothingLeft("never-started");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_warm_and_a_cold_launch_print_the_same(@TempDir Path folder) throws Exception {
        String script =
                "id; hostname; cat /proc/self/mountinfo | wc -l; ulimit -a; grep -E 'Seccomp|Cap|NoNew' /proc/self/status;"
                        + " cat /proc/self/cgroup | wc -l; ls /proc/self/fd";
        try (Server warm = Server.start("--warm", "1");
                Server cold = Server.start("--warm", "0", "--data-folder", folder + "/cold")) {
            Host.eventually("a launch waits warm", () -> info(warm).contains("\"warm\":1"), () -> info(warm));
            String first = warm.sh(200, script);
            assertTrue(first.contains("\"warm\":true"), first);
            assertEquals(stdout(cold.sh(200, script)), stdout(first));
        }
        Host.expectNothingLeft("never-started");
    }

    private static String info(Server server) {
        try {
            return server.get("/v1/info").body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String stdout(String body) {
        return body.replaceFirst(".*\"stdout\":(\\{.*?}).*", "$1");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void limits_timeouts_and_commands_that_cannot_be_executed_are_distinguished() throws Exception {
        try (Server server = Server.start()) {
            String late = server.sh(200, "echo begun; sleep 60", "\"timeoutSeconds\": 4");
            assertTrue(late.contains("\"reason\":\"timeout\"") && late.contains("begun"), late);
            String much = server.sh(200, "yes | head -c 3000000", "\"maxOutput\": 10");
            assertTrue(much.contains("\"bytes\":3000000,\"truncated\":true"), much);
            String fat = server.sh(200, "dd if=/dev/zero of=/dev/shm/x bs=1M count=60", "\"memory\": \"16m\"");
            assertTrue(fat.contains("\"reason\":\"oom\""), fat);
            HttpResponse<String> missing =
                    server.post("/v1/run", "{\"rootfs\": \"busybox\", \"command\": [\"/nope\"]}");
            assertEquals(422, missing.statusCode());
            assertTrue(
                    missing.body().contains("\"step\":\"execute /nope\"")
                            && missing.body().contains("\"exitCode\":127"),
                    missing.body());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_same_idempotency_key_launches_once() throws Exception {
        try (Server server = Server.start()) {
            String body = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/cat\", \"/proc/sys/kernel/random/uuid\"]}";
            String first = server.post("/v1/run", body, "Idempotency-Key", "k").body();
            assertEquals(
                    first, server.post("/v1/run", body, "Idempotency-Key", "k").body());
            assertEquals(
                    422, server.post("/v1/run", "{}", "Idempotency-Key", "k").statusCode());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_command_whose_caller_disconnects_is_killed_and_its_slot_is_free_unless_the_caller_may_return()
            throws Exception {
        String sleeps = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"sleep %d; echo done\"],"
                + " \"timeoutSeconds\": 3600}";
        // Only one command may run at a time: first a cold launch occupies this slot, then a warm one.
        try (Server server = Server.startBy(List.of("env", "RUSTYRUN_CONCURRENT=1", "RUSTYRUN_WARM=1"))) {
            for (int i = 0; i < 2; i++) {
                int number = 34001 + i;
                try (Socket caller = server.send("/v1/run", String.format(sleeps, number))) {
                    Host.expectRunning("sleep " + number);
                }
                // The timeout cannot be the cause: it is longer than this wait.
                Host.expectEnded("sleep " + number);
                assertTrue(server.sh(200, "echo next").contains("next"));
            }
            String finishes = String.format(sleeps, 2);
            try (Socket caller = server.send("/v1/run", finishes, "Idempotency-Key: k")) {
                Host.expectRunning("sleep 2 ");
            }
            Host.eventually(
                    "the answer is kept for the caller",
                    () -> answer(server, finishes).contains("\"text\":\"done\\n\""),
                    () -> answer(server, finishes));
            assertFalse(server.log().contains("ERROR"), server.log());
        }
        Host.expectNothingLeft("never-started");
    }

    private static String answer(Server server, String body) {
        try {
            return server.post("/v1/run", body, "Idempotency-Key", "k").body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_client_that_disconnects_leaves_none_of_its_memory_taken() throws Exception {
        String request = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"%s\"],"
                + " \"files\": [{\"path\": \"/tmp/file\", \"text\": \"" + "x".repeat(500_000) + "\"}]}";
        try (Server server = Server.startBy(List.of("env", "RUSTYRUN_BUDGET=4m"))) {
            for (int i = 0; i < 10; i++) {
                try (Socket socket = server.send("/v1/run", request.formatted("60"))) {
                    Host.eventually("it runs", () -> isRunning(server, 1));
                }
                Host.eventually("it is killed", () -> isRunning(server, 0));
            }
            HttpResponse<String> answer = server.post("/v1/run", request.formatted("0"));
            assertEquals(200, answer.statusCode(), answer.body());
            assertFalse(server.log().contains("ERROR"), server.log());
        }
    }

    private static boolean isRunning(Server server, int count) {
        return Server.quietly(() -> server.get("/v1/info")).body().contains("\"running\":" + count + ",");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void only_tokens_of_the_right_role_are_admitted(@TempDir Path folder) throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "launch 0123456789abcdef\nread fedcba9876543210\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        try (Server server = Server.start("--token-file", tokens.toString())) {
            String body = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/true\"]}";
            assertEquals(401, server.post("/v1/run", body).statusCode());
            assertEquals(
                    401,
                    server.post("/v1/run", body, "Authorization", "Bearer 0123456789abcdeF")
                            .statusCode());
            assertEquals(
                    403,
                    server.post("/v1/run", body, "Authorization", "Bearer fedcba9876543210")
                            .statusCode());
            assertEquals(
                    200,
                    server.post("/v1/run", body, "Authorization", "Bearer 0123456789abcdef")
                            .statusCode());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void serve_refuses_to_listen_for_other_machines_without_tokens() {
        Launcher.Result refused =
                Launcher.rustyrun("serve", "--host", "0.0.0.0").expect(125);
        assertTrue(refused.errorLine().contains("--token-file"), refused.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void many_at_once_all_run() throws Exception {
        AtomicInteger done = new AtomicInteger();
        try (Server server = Server.start()) {
            List<Thread> callers = java.util.stream.IntStream.range(0, 8)
                    .mapToObj(i -> new Thread(() -> {
                        try {
                            if (server.sh(200, "echo " + i).contains("\"text\":\"" + i + "\\n\"")) {
                                done.incrementAndGet();
                            }
                        } catch (java.io.IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }))
                    .toList();
            callers.forEach(Thread::start);
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertEquals(8, done.get());
        Host.expectNothingLeft("never-started");
    }
}
