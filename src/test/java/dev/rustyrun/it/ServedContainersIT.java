package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detached containers of {@code rustyrun serve}: no client waits for them. Needs root. */
class ServedContainersIT {

    @TempDir
    Path data;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start() throws Exception {
        return Server.start("--data-folder", data.toString(), "--warm", "0");
    }

    private static String create(Server server, String script, String more) throws Exception {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
    }

    @Test
    void a_container_is_created_started_awaited_read_and_deleted() throws Exception {
        try (Server server = start()) {
            String at = create(server, "echo out; echo err >&2; exit 7", ", \"labels\": {\"job\": \"1\"}");
            assertTrue(server.get(at).body().contains("\"status\":\"created\""));
            assertEquals(200, server.post(at + "/start", "").statusCode());
            HttpResponse<String> ended = server.post(at + "/wait", "");
            assertEquals(200, ended.statusCode());
            assertTrue(
                    ended.body().contains("\"status\":\"exited\"")
                            && ended.body().contains("\"exitCode\":7"),
                    ended.body());
            assertEquals("out\nerr\n", server.get(at + "/logs").body());
            assertEquals("err\n", server.get(at + "/logs?tail=1").body());
            assertTrue(server.get("/v1/containers?label=job=1&status=exited")
                    .body()
                    .contains("\"exitCode\":7"));
            assertTrue(server.get("/v1/containers?label=job=2").body().contains("\"items\":[]"));
            assertEquals(409, server.post(at + "/start", "").statusCode());
            assertEquals(204, server.delete(at).statusCode());
            assertEquals(404, server.get(at).statusCode());
        }
        Host.expectNothingLeft("never-started");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void containers_and_their_logs_survive_the_death_of_the_service() throws Exception {
        String at;
        try (Server first = start()) {
            at = create(
                    first,
                    "trap 'echo bye; exit 0' TERM; echo one; while true; do sleep 0.1; done",
                    ", \"start\": true");
            Host.eventually("it has written", () -> body(first, at + "/logs").equals("one\n"));
            first.kill();
        }
        try (Server second = start()) {
            assertTrue(
                    second.get(at).body().contains("\"status\":\"running\""),
                    second.get(at).body());
            assertTrue(
                    second.get(at + "/stats").body().contains("\"pids\":"),
                    second.get(at + "/stats").body());
            assertEquals(409, second.delete(at).statusCode());
            assertTrue(second.post(at + "/pause", "").body().contains("\"status\":\"paused\""));
            assertTrue(second.post(at + "/resume", "").body().contains("\"status\":\"running\""));
            assertEquals(204, second.post(at + "/kill?signal=TERM", "").statusCode());
            assertTrue(second.post(at + "/wait", "").body().contains("\"reason\":\"exited\""));
            assertEquals("one\nbye\n", second.get(at + "/logs?follow=true").body());
            assertEquals(204, second.delete(at).statusCode());
        }
        Host.expectNothingLeft("never-started");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_running_container_is_deleted_only_by_force() throws Exception {
        try (Server server = start()) {
            String at = create(server, "sleep 600", ", \"start\": true");
            assertEquals(409, server.delete(at).statusCode());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
            assertEquals(404, server.get(at).statusCode());
        }
        Host.expectNothingLeft("never-started");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_shell_on_a_terminal_is_used_through_a_web_socket() throws Exception {
        try (Server server = start()) {
            HttpResponse<String> made = server.post(
                    "/v1/containers",
                    "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\"],"
                            + " \"tty\": true, \"openStdin\": true, \"start\": true}");
            assertEquals(201, made.statusCode(), made.body());
            String at = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
            StringBuffer heard = new StringBuffer();
            WebSocket socket = server.webSocket(at + "/attach", heard);
            socket.sendText("resize 33 77", true).join();
            Host.eventually("the shell prompts", () -> heard.indexOf("# ") >= 0, heard::toString);
            socket.sendBinary(
                            ByteBuffer.wrap(
                                    "stty size; test -t 0 && echo ter\"\"minal\n".getBytes(StandardCharsets.UTF_8)),
                            true)
                    .join();
            Host.eventually(
                    "it answers", () -> heard.indexOf("33 77") >= 0 && heard.indexOf("terminal") >= 0, heard::toString);
            socket.sendText("eof", true).join();
            assertTrue(server.post(at + "/wait", "").body().contains("\"status\":\"exited\""));
            assertEquals(204, server.delete(at).statusCode());
        }
        Host.expectNothingLeft("never-started");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_client_that_sends_input_without_end_to_a_container_that_reads_none_is_disconnected() throws Exception {
        try (Server server = start()) {
            HttpResponse<String> made = server.post(
                    "/v1/containers",
                    "{\"rootfs\": \"busybox\", \"command\":"
                            + " [\"sleep\", \"1000\"], \"openStdin\": true, \"start\": true}");
            assertEquals(201, made.statusCode(), made.body());
            String at = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
            WebSocket socket = server.webSocket(at + "/attach", new StringBuffer());
            Host.eventually("it is closed", () -> {
                try {
                    socket.sendBinary(ByteBuffer.allocate(32 * 1024), true).join();
                } catch (java.util.concurrent.CompletionException closed) {
                    return true;
                }
                return socket.isInputClosed() || socket.isOutputClosed();
            });
            assertTrue(server.get(at).body().contains("\"status\":\"running\""), "the container keeps running");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectNothingLeft("never-started");
    }

    private static String body(Server server, String path) {
        try {
            return server.get(path).body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void H1_a_container_waits_only_for_attached_clients() throws Exception {
        // More data than all buffers between the log and a reader hold.
        String much = "head -c 60000000 /dev/zero; touch /written; sleep 30011";
        try (Server server = start()) {
            String left = create(server, much, "");
            WebSocketClient deaf = server.openWebSocket(left + "/attach?start=true", false, "resize 1 1");
            String deleted = create(server, much, "");
            WebSocketClient other = server.openWebSocket(deleted + "/attach?start=true", false, "resize 1 1");
            for (String at : new String[] {left, deleted}) {
                Host.eventually("it runs", () -> body(server, at).contains("\"status\":\"running\""));
                AtomicInteger last = new AtomicInteger();
                AtomicInteger unchanged = new AtomicInteger();
                Host.eventually("the log no longer grows", () -> {
                    int length = body(server, at + "/logs").length();
                    boolean same = last.getAndSet(length) == length && length > 0;
                    return (same ? unchanged.incrementAndGet() : unchanged.getAndSet(0)) >= 20;
                });
                assertEquals(404, server.get(at + "/files?path=/written").statusCode(), "it waits");
            }
            assertEquals(204, server.delete(deleted + "?force=true").statusCode(), "however slowly somebody reads");
            other.abort();
            deaf.abort();
            Host.eventually("the command continues", () -> {
                try {
                    return server.get(left + "/files?path=/written").statusCode() == 200;
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertEquals(204, server.delete(left + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 30011");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void data_sent_before_a_container_has_started_is_its_input() throws Exception {
        try (Server server = start()) {
            String at = create(server, "cat; echo end", ", \"openStdin\": true");
            WebSocketClient socket = server.openWebSocket(at + "/attach?start=true", true, "resize 10 20");
            socket.type("hello\n");
            socket.send("eof");
            assertEquals(1000, socket.code());
            assertEquals("hello\nend\n", socket.out());
            String late = create(server, "cat; echo end", ", \"openStdin\": true");
            WebSocketClient other = server.openWebSocket(late + "/attach", true, "resize 10 20");
            other.type("hello\n");
            other.send("eof");
            assertEquals(200, server.post(late + "/start", "").statusCode());
            assertEquals(1000, other.code());
            assertEquals("hello\nend\n", other.out());
            assertEquals(204, server.delete(at).statusCode());
            assertEquals(204, server.delete(late).statusCode());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void attaching_starts_a_container_once_and_says_why_it_cannot() throws Exception {
        try (Server server = start()) {
            String at = create(server, "echo ready; sleep 30012", "");
            WebSocketClient first = server.openWebSocket(at + "/attach?start=true", true, "resize 1 1");
            first.expect("ready\n");
            assertEquals(
                    1008, server.openWebSocket(at + "/attach?start=true", true).code());
            assertEquals(
                    1008, server.openWebSocket(at + "/attach?begin=true", true).code());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
            assertEquals(1000, first.code());
        }
        Host.expectEnded("sleep 30012");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void H8_the_next_page_keeps_the_filters_and_continues_after_the_last_one() throws Exception {
        try (Server server = start()) {
            List<String> made = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                made.add(create(server, "true", ", \"labels\": {\"job\": \"a&b " + i % 2 + "\"}"));
            }
            String first = body(server, "/v1/containers?limit=2&status=created&label=job=a%26b%200");
            assertTrue(first.contains(id(made.get(0))) && first.contains(id(made.get(2))), first);
            assertEquals(204, server.delete(made.get(2)).statusCode());
            String next = first.replaceFirst(".*\"next\":\"([^\"]*)\".*", "$1");
            String second = body(server, next);
            assertTrue(second.contains(id(made.get(4))), next + ": " + second);
            assertTrue(!second.contains(id(made.get(0))) && !second.contains(id(made.get(3))), second);
            assertTrue(!second.contains("next"), second);
            assertEquals(422, server.get("/v1/containers?after=0123456789ab").statusCode());
            for (int i : new int[] {0, 1, 3, 4}) {
                assertEquals(204, server.delete(made.get(i)).statusCode());
            }
        }
    }

    private static String id(String at) {
        return "\"id\":\"" + at.substring(at.lastIndexOf('/') + 1) + "\"";
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void H20_a_paused_container_can_be_killed_and_one_that_was_not_started_has_not_ended() throws Exception {
        try (Server server = start()) {
            String at = create(server, "sleep 30013", "");
            assertEquals(202, server.post(at + "/wait?timeoutSeconds=0", "").statusCode());
            assertEquals(200, server.post(at + "/start", "").statusCode());
            assertEquals(200, server.post(at + "/pause", "").statusCode());
            assertEquals(204, server.post(at + "/kill?signal=KILL", "").statusCode());
            String ended = server.post(at + "/wait", "").body();
            assertTrue(ended.contains("\"status\":\"exited\"") && ended.contains("\"signal\":9"), ended);
            assertEquals(204, server.delete(at).statusCode());
        }
        Host.expectEnded("sleep 30013");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P4_the_service_knows_the_signals_that_the_command_line_knows() throws Exception {
        try (Server server = start()) {
            for (String signal : List.of("usr1", "SIGUSR1", "10", "Usr1")) {
                String at = create(server, "trap 'exit 7' USR1; echo ready; while :; do sleep 0.01; done", "");
                assertEquals(200, server.post(at + "/start", "").statusCode());
                Host.eventually(
                        "the trap is set",
                        () -> Server.quietly(() -> server.get(at + "/logs"))
                                .body()
                                .contains("ready"),
                        () -> signal);
                assertEquals(204, server.post(at + "/kill?signal=" + signal, "").statusCode(), signal);
                String ended = server.post(at + "/wait", "").body();
                assertTrue(ended.contains("\"exitCode\":7"), ended);
                assertEquals(204, server.delete(at).statusCode());
            }
            String at = create(server, "sleep 30014", "");
            assertEquals(200, server.post(at + "/start", "").statusCode());
            assertEquals(204, server.post(at + "/kill?signal=rtmin%2B3", "").statusCode());
            for (String none : List.of("0", "65", "FOO", "-9")) {
                HttpResponse<String> refused = server.post(at + "/kill?signal=" + none, "");
                assertEquals(422, refused.statusCode(), none);
                assertTrue(refused.body().contains("\"field\":\"/signal\""), refused.body());
            }
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 30014");
    }
}
