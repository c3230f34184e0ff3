package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of a real service, each with its own token. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class RolesIT {

    private static final String READ = "reader-0123456789";
    private static final String ALICE = "alice-0123456789";
    private static final String BOB = "bob-0123456789ab";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server serve() throws IOException {
        Path tokens = Files.writeString(
                folder.resolve("tokens"), "read " + READ + "\nlaunch " + ALICE + "\nlaunch " + BOB + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        return Server.start(
                "--warm",
                "0",
                "--token-file",
                tokens.toString(),
                "--data-folder",
                folder.resolve("data").toString());
    }

    private HttpResponse<String> ask(
            Server server, String token, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        return client.send(
                (headers.length > 0 ? request.headers(headers) : request).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    @Test
    void s6_two_callers_with_the_same_key_and_body_get_each_its_own_run() throws Exception {
        String body = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/cat\", \"/proc/sys/kernel/random/uuid\"]}";
        String[] key = {"Idempotency-Key", "the-same"};
        try (Server server = serve()) {
            HttpResponse<String> alice = ask(server, ALICE, "POST", "/v1/run", body, key);
            HttpResponse<String> bob = ask(server, BOB, "POST", "/v1/run", body, key);
            HttpResponse<String> again = ask(server, ALICE, "POST", "/v1/run", body, key);
            assertEquals(200, alice.statusCode(), alice.body());
            assertEquals(200, bob.statusCode(), bob.body());
            assertNotEquals(json(alice).at("/stdout/text"), json(bob).at("/stdout/text"));
            assertEquals(json(alice).path("id"), json(again).path("id"));
            assertEquals(
                    "true", again.headers().firstValue("Idempotency-Replayed").orElse(""));
            String container = body.replace("{\"rootfs", "{\"start\": true, \"rootfs");
            assertNotEquals(
                    json(ask(server, ALICE, "POST", "/v1/containers", container, key))
                            .path("id"),
                    json(ask(server, BOB, "POST", "/v1/containers", container, key))
                            .path("id"));
        }
    }

    @Test
    void s5_s7_the_role_read_sees_that_a_container_runs_but_not_its_secrets() throws Exception {
        try (Server server = serve()) {
            HttpResponse<String> made = ask(
                    server,
                    ALICE,
                    "POST",
                    "/v1/containers",
                    "{\"rootfs\": \"busybox\", \"start\": true, \"env\": {\"PASSWORD\": \"hunter2\"}, \"command\":"
                            + " [\"/bin/sh\", \"-c\", \"echo hunter2 > /tmp/secret; echo ready; exec sleep 600 # hunter2\"]}");
            assertEquals(201, made.statusCode(), made.body());
            String at = "/v1/containers/" + json(made).path("id").asText();
            Host.eventually("it runs", () -> {
                try {
                    return ask(server, READ, "GET", at + "/logs", "").body().contains("ready");
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (String path : new String[] {at, at + "/", "/v1/containers", at + "/processes", at + "/processes;x"}) {
                HttpResponse<String> seen = ask(server, READ, "GET", path, "");
                assertEquals(200, seen.statusCode(), path + seen.body());
                assertFalse(seen.body().contains("hunter2"), path + seen.body());
            }
            assertTrue(ask(server, READ, "GET", at, "").body().contains("\"PASSWORD\":null"));
            assertTrue(ask(server, ALICE, "GET", at, "").body().contains("hunter2"));
            for (String path :
                    new String[] {"/files/?path=/tmp", "/files;x?path=/tmp", "//files?path=/tmp", "/%66iles?path=/tmp"
                    }) {
                HttpResponse<String> refused = ask(server, READ, "GET", at + path, "");
                assertTrue(refused.statusCode() == 403 || refused.statusCode() == 404, path + refused.statusCode());
                assertFalse(refused.body().contains("hunter2"), path);
            }
            for (String path : new String[] {"/v1/gc", "/v1/gc/", "/v1/gc;x", "//v1/gc", "/v1//gc"}) {
                int status = ask(server, ALICE, "POST", path, "").statusCode();
                assertTrue(status == 403 || status == 404, path + status);
            }
            assertEquals(
                    403, ask(server, READ, "DELETE", at + "/?force=true", "").statusCode());
            assertEquals(
                    204, ask(server, ALICE, "DELETE", at + "?force=true", "").statusCode());
        }
    }
}
