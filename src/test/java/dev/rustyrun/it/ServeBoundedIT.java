package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No client can keep others from launching or health probes from being answered. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServeBoundedIT {

    private static final String LONG = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"%s\"]%s}";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static String create(Server server, String script, String more) throws Exception {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"], \"start\": true"
                        + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return made.body().replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
    }

    private static Socket ask(Server server, String request) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.getOutputStream()
                .write((request + " HTTP/1.1\r\nHost: 127.0.0.1\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void end(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    private static void expectService(Server server) throws Exception {
        for (HttpResponse<String> answer :
                List.of(server.health("live"), server.health("ready"), server.get("/v1/info"))) {
            assertEquals(200, answer.statusCode(), answer.body());
        }
        assertTrue(server.sh(200, "echo still here").contains("still here"));
    }

    private static long ticks(Server server) throws IOException {
        String[] fields = Files.readString(Path.of("/proc/" + server.pid() + "/stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static long threads(Server server) throws IOException {
        try (var tasks = Files.list(Path.of("/proc/" + server.pid() + "/task"))) {
            return tasks.count();
        }
    }

    @Test
    void s10_h10_followers_waiters_and_stopped_bodies_hold_no_thread_and_cost_nothing() throws Exception {
        try (Server server = Server.start()) {
            String id = create(server, "echo begun; sleep 100", "");
            List<Socket> callers = new ArrayList<>();
            for (int i = 0; i < 220; i++) {
                Socket follower = ask(server, "GET /v1/containers/" + id + "/logs?follow=true");
                follower.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
                callers.add(follower);
                Socket waiter = ask(server, "POST /v1/containers/" + id + "/wait?timeoutSeconds=300");
                waiter.getOutputStream().write("Content-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                callers.add(waiter);
            }
            for (Socket follower : callers) {
                if (callers.indexOf(follower) % 2 == 0) {
                    assertEquals('H', follower.getInputStream().read());
                }
            }
            expectService(server);
            // The service must be idle now. In two seconds, 40 ticks would be twenty percent of a core.
            long threads = threads(server);
            long before = ticks(server);
            long end = System.nanoTime() + 2_000_000_000L;
            while (System.nanoTime() < end) {
                Thread.sleep(100);
            }
            long spent = ticks(server) - before;
            assertTrue(spent < 30, spent + " ticks in 2 s");
            assertTrue(threads < 200, threads + " threads");
            List<Socket> bodies = new ArrayList<>();
            for (int i = 0; i < 230; i++) {
                Socket body = ask(server, "POST /v1/run");
                body.getOutputStream()
                        .write("Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"rootfs\""
                                .getBytes(StandardCharsets.US_ASCII));
                bodies.add(body);
            }
            expectService(server);
            end(callers);
            end(bodies);
            expectService(server);
            server.delete("/v1/containers/" + id + "?force=true");
        }
    }

    @Test
    void a_body_that_stops_coming_is_answered_408() throws Exception {
        try (Server server = Server.startBy(List.of("env", "RUSTYRUN_BODY_SECONDS=1"));
                Socket body = ask(server, "POST /v1/run")) {
            body.getOutputStream()
                    .write("Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"rootfs\""
                            .getBytes(StandardCharsets.US_ASCII));
            // The rest of the answer and the end of the connection may arrive later.
            String status = "HTTP/1.1 408 ";
            assertEquals(status, new String(body.getInputStream().readNBytes(status.length()), StandardCharsets.UTF_8));
        }
    }

    @Test
    void s15_half_open_connections_are_closed_in_favor_of_new_ones() throws Exception {
        try (Server server = Server.startBy(List.of("sh", "-c", "ulimit -n 1024; exec \"$@\"", "sh"))) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 1015; i++) {
                silent.add(new Socket("127.0.0.1", server.port()));
            }
            expectService(server);
            end(silent);
            expectService(server);
        }
    }

    @Test
    void h18_a_client_that_closes_its_side_gets_its_answer() throws Exception {
        try (Server server = Server.start();
                Socket socket = server.send("/v1/run", LONG.formatted("0.3", ""), "Connection: close")) {
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains("HTTP/1.1 200 ") && answer.contains("\"exited\""), answer);
        }
    }

    @Test
    void h3_a_full_queue_answers_429_at_once() throws Exception {
        try (Server server = Server.startBy(List.of("env", "RUSTYRUN_CONCURRENT=2", "RUSTYRUN_QUEUE=4"))) {
            ExecutorService callers = Executors.newFixedThreadPool(10);
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(callers.submit(
                        () -> server.post("/v1/run", LONG.formatted("2", "")).statusCode()));
            }
            Host.eventually(
                    "four are refused",
                    () -> answers.stream().filter(Future::isDone).count() >= 4);
            assertEquals(200, server.get("/v1/info").statusCode());
            int refused = 0;
            for (Future<Integer> answer : answers) {
                refused += answer.get() == 429 ? 1 : 0;
            }
            assertEquals(4, refused);
            callers.shutdownNow();
        }
    }

    @Test
    void s16_callers_take_turns() throws Exception {
        Path tokens = Files.createTempFile("rustyrun-it", ".tokens");
        Files.setPosixFilePermissions(tokens, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                tokens, "launch " + "a".repeat(40) + "\nlaunch " + "b".repeat(40) + "\nread " + "c".repeat(40) + "\n");
        String first = "Authorization: Bearer " + "a".repeat(40);
        String second = "Authorization: Bearer " + "b".repeat(40);
        try (Server server = Server.startBy(
                List.of("env", "RUSTYRUN_CONCURRENT=1", "RUSTYRUN_QUEUE=20", "RUSTYRUN_TOKEN_FILE=" + tokens))) {
            List<Socket> many = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                many.add(server.send("/v1/run", LONG.formatted("1", ""), first));
            }
            Host.eventually("20 requests are queued", () -> waiting(server, "c".repeat(40)) == 20);
            long before = System.nanoTime();
            try (Socket other = server.send("/v1/run", LONG.formatted("0", ""), second)) {
                assertEquals('H', other.getInputStream().read());
            }
            // Meanwhile only a few requests of the first client may have been served or refused.
            assertTrue(waiting(server, "c".repeat(40)) >= 10, "after " + (System.nanoTime() - before) + " ns");
            end(many);
        } finally {
            Files.delete(tokens);
        }
    }

    private static int waiting(Server server, String token) {
        try (Socket info = ask(server, "GET /v1/info")) {
            info.getOutputStream()
                    .write(("Authorization: Bearer " + token + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String text = new String(info.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(text.replaceFirst("(?s).*\"waiting\":([0-9]+).*", "$1"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void h4_h5_a_caller_that_disconnects_at_any_moment_frees_its_slot_and_its_command_ends() throws Exception {
        try (Server server = Server.start()) {
            // Twenty callers disconnect after each of twelve delays.
            for (int i = 0; i < 240; i++) {
                Socket socket = server.send("/v1/run", LONG.formatted("55", ""));
                Thread.sleep(i % 12);
                socket.close();
            }
            Host.eventually(
                    "nothing runs and nothing waits",
                    () -> {
                        String info = info(server);
                        return info.contains("\"running\":0,\"waiting\":0");
                    },
                    () -> info(server));
            Host.eventually(
                    "no zombies", () -> Host.zombiesOf(server.pid()).isEmpty(), () -> Host.zombiesOf(server.pid()));
            // Not expectNothingLeft: stages of warm launches still exist.
            Host.expectEnded("/bin/sleep 55");
            expectService(server);
        }
    }

    private static String info(Server server) {
        try {
            return server.get("/v1/info").body();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    @Test
    void s11_much_output_at_once_and_kept_answers_stay_within_the_budget() throws Exception {
        try (Server server = Server.start()) {
            String much = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"yes | head -c 20000000\"],"
                    + " \"maxOutput\": \"16m\"}";
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> post(server, much)));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                expectWholeOrRefused(answer.join());
            }
            for (int i = 0; i < 12; i++) {
                expectWholeOrRefused(post(server, much, "Idempotency-Key", "k" + i));
            }
            HttpResponse<String> again = post(server, much, "Idempotency-Key", "k11");
            assertEquals(
                    "true", again.headers().firstValue("Idempotency-Replayed").orElse(""));
            expectWholeOrRefused(again);
            expectService(server);
            Host.eventually(
                    "no zombies", () -> Host.zombiesOf(server.pid()).isEmpty(), () -> Host.zombiesOf(server.pid()));
        }
    }

    private static HttpResponse<String> post(Server server, String body, String... headers) {
        try {
            return server.post("/v1/run", body, headers);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void expectWholeOrRefused(HttpResponse<String> answer) {
        if (answer.statusCode() == 503) {
            assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            return;
        }
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().endsWith("}}"), "the JSON is complete");
        assertTrue(answer.body().length() > 24 << 20, answer.body().length() + " characters");
        assertTrue(answer.body().contains("\"bytes\":20000000,\"truncated\":true"));
    }

    @Test
    void h11_input_of_21_megabytes_is_accepted() throws Exception {
        try (Server server = Server.start()) {
            String body = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"wc -c\"], \"stdin\": \""
                    + "x".repeat(21_000_000) + "\"}";
            HttpResponse<String> answer = post(server, body);
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("21000000"), answer.body());
        }
    }

    @Test
    void h2_a_full_log_keeps_the_newest_output() throws Exception {
        try (Server server = Server.start()) {
            String id = create(server, "seq 1 200000; sleep 100", ", \"maxLog\": \"64k\"");
            Host.eventually(
                    "all lines are written", () -> logs(server, id, "tail=1").equals("200000\n"));
            String all = logs(server, id, "follow=false");
            assertTrue(all.length() >= 32 * 1024 && all.length() <= 64 * 1024, all.length() + " bytes");
            try (InputStream follow = server.getStream("/v1/containers/" + id + "/logs?follow=true&tail=1")) {
                assertEquals("200000\n", new String(follow.readNBytes(7), StandardCharsets.UTF_8));
            }
            server.delete("/v1/containers/" + id + "?force=true");
        }
    }

    private static String logs(Server server, String id, String query) {
        try {
            return server.get("/v1/containers/" + id + "/logs?" + query).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
