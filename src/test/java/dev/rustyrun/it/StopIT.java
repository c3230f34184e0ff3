package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shutdown of {@code rustyrun serve}: its effect on containers, and on clients that follow logs or events. Needs root.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class StopIT {

    @TempDir
    Path data;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start(String... environment) throws Exception {
        List<String> prefix = new ArrayList<>(List.of("env", "RUSTYRUN_DATA_FOLDER=" + data, "RUSTYRUN_WARM=0"));
        prefix.addAll(List.of(environment));
        return Server.startBy(prefix);
    }

    private static String create(Server server, String script, String more) throws Exception {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return made.headers().firstValue("Location").orElseThrow().replaceFirst(".*/v1/containers/", "");
    }

    private String result(String id) {
        return Host.read(data.resolve(id).resolve("result.json").toString());
    }

    private static String logsOf(Server server, String path) {
        try {
            return server.get(path).body();
        } catch (java.io.IOException | InterruptedException e) {
            return e.toString();
        }
    }

    private Instant endOf(String id) throws Exception {
        return Instant.parse(
                new ObjectMapper().readTree(result(id)).required("finished").textValue());
    }

    @Test
    void with_stop_containers_all_of_them_end_at_the_same_time_in_whatever_state_they_are() throws Exception {
        String started = ", \"start\": true";
        Server server = start("RUSTYRUN_STOP_CONTAINERS=true");
        String obeys = create(server, "trap 'echo bye; exit 7' TERM; echo on; while true; do sleep 0.1; done", started);
        String paused =
                create(server, "trap 'echo bye; exit 8' TERM; echo on; while true; do sleep 0.1; done", started);
        // PID 1 of a namespace ignores a SIGTERM that it has no handler for.
        List<String> stubborn = List.of(
                create(server, "exec sleep 4711", started),
                create(server, "exec sleep 4711", started),
                create(server, "exec sleep 4711", started + ", \"tty\": true"));
        String waits = create(server, "echo never", "");
        for (String id : List.of(obeys, paused)) {
            String logs = "/v1/containers/" + id + "/logs";
            Host.eventually("it has begun", () -> logsOf(server, logs).contains("on"));
        }
        assertEquals(200, server.post("/v1/containers/" + paused + "/pause", "").statusCode());
        // This container is being made when the service is stopped.
        String late = create(server, "exec sleep 4711", started);
        server.close();
        assertTrue(result(obeys).contains("\"exitCode\":7"), result(obeys));
        assertTrue(result(paused).contains("\"exitCode\":8"), result(paused));
        for (String id : stubborn) {
            assertTrue(result(id).contains("\"signal\":9"), result(id));
            // Stopped one after the other, they would end ten seconds apart.
            Duration apart = Duration.between(endOf(stubborn.get(0)), endOf(id)).abs();
            assertTrue(apart.toSeconds() < 10, "they ended " + apart + " apart");
        }
        assertTrue(Files.exists(data.resolve(late).resolve("result.json")), "the last container has no result");
        assertTrue(!Files.exists(data.resolve(waits).resolve("monitor.err")), "what was not started is not started");
        Host.eventually(
                "nothing of it runs",
                () -> Host.processes().values().stream().noneMatch(words -> words.startsWith("sleep 4711")));
    }

    @Test
    void followers_are_disconnected_and_block_nobody() throws Exception {
        Server server = start();
        String id = create(server, "while true; do echo tick; sleep 0.1; done", ", \"start\": true");
        try {
            WebSocketClient socket = server.openWebSocket("/v1/containers/" + id + "/attach", true, "resize 24 80");
            socket.expect("tick");
            try (InputStream log = server.getStream("/v1/containers/" + id + "/logs?follow=true");
                    InputStream events = server.getStream("/v1/events")) {
                log.read();
                server.close();
                assertEquals(1001, socket.code());
                // Both answers end regularly; the service does not break them off.
                assertTrue(
                        new String(log.readAllBytes(), StandardCharsets.UTF_8).contains("ick"),
                        "the log has the container's output");
                events.readAllBytes();
            }
        } finally {
            try (Server again = start()) {
                assertEquals(
                        204,
                        again.delete("/v1/containers/" + id + "?force=true").statusCode());
            }
        }
    }
}
