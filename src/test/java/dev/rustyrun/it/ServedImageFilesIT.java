package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a service's containers from images, before their start and after their end. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedImageFilesIT {

    private static final String APP = "localhost/app:1";
    private static final String TAR = "application/x-tar";

    @TempDir
    private static Path data;

    private static MountedStore images;
    private static Path host;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        Launcher.requireRoot();
        images = new MountedStore();
        host = Files.createDirectory(images.folder.resolve("host"));
        Files.writeString(host.resolve("secret"), "the host's");
        Path tar = images.folder.resolve("root.tar");
        Files.write(
                tar,
                images.tar("cp -a " + Launcher.busybox()
                        + "/. .; mkdir -p w/d work; chmod 777 w work; echo own > w/d/secret;"
                        + " echo seed > work/seed; ln -s " + "/..".repeat(12) + host + " w/out"));
        Files.createDirectories(images.store);
        Launcher.execute(
                        store(Launcher.command(
                                "import",
                                "--change",
                                "ENV PATH=/bin",
                                "--change",
                                "VOLUME /work",
                                tar.toString(),
                                APP)),
                        "")
                .expect(0);
        server = serve();
    }

    private static List<String> store(List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "RUSTYRUN_IMAGES=" + images.store));
        all.addAll(command);
        return all;
    }

    private static Server serve() throws IOException {
        return Server.startBy(
                store(List.of("env", "RUSTYRUN_IMAGE_SOURCES=localhost/*", "RUSTYRUN_KEEP_FILES=true")),
                "--data-folder",
                data.toString(),
                "--userns",
                "host");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (images != null) {
            images.close();
        }
    }

    private static String container(String script, String more) throws Exception {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"image\": \"" + APP + "\", \"pull\": \"never\", \"command\": [\"/bin/sh\", \"-c\", \"" + script
                        + "\"]" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return "/v1/containers/"
                + new ObjectMapper().readTree(made.body()).path("id").asText();
    }

    private static HttpResponse<String> put(String at, String path, Tar tar) throws IOException, InterruptedException {
        return server.put(at + "/files?path=" + path, TAR, BodyPublishers.ofByteArray(tar.bytes()));
    }

    private static Map<String, String> get(String at, String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> got = server.getBytes(at + "/files?path=" + path);
        assertEquals(200, got.statusCode(), () -> new String(got.body(), StandardCharsets.UTF_8));
        return Tar.entries(got.body());
    }

    private static void expectRefused(HttpResponse<String> answer, int status, String why) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(why), answer.body());
    }

    private static String ended(String at) throws IOException, InterruptedException {
        assertEquals(200, server.post(at + "/start", "").statusCode());
        assertEquals(200, server.post(at + "/wait", "").statusCode());
        return server.get(at + "/logs").body();
    }

    private static void delete(String at) throws IOException, InterruptedException {
        assertEquals(204, server.delete(at + "?force=true").statusCode());
        assertFalse(images.containers().contains(at.replaceFirst(".*/", "")), "its layer is removed");
    }

    private static List<Path> hostFiles() throws IOException {
        try (Stream<Path> files = Files.walk(host)) {
            return files.sorted().toList();
        }
    }

    private static void expectHostUntouched() throws IOException {
        assertEquals(List.of(host, host.resolve("secret")), hostFiles());
        assertEquals("the host's", Files.readString(host.resolve("secret")));
    }

    @Test
    void files_are_put_in_before_the_start_and_fetched_after_the_end_until_it_is_deleted() throws Exception {
        String at = container(
                "cat /w/in /work/seed /work/more; stat -c '%a %u' /w/in; tr a-z A-Z < /w/in > /w/result; echo v > /work/v",
                "");
        assertEquals(
                "{\"entries\":1,\"bytes\":6}",
                put(at, "/w", new Tar().file("in", "given\n".getBytes(StandardCharsets.UTF_8), 0640, 7))
                        .body());
        assertEquals(200, put(at, "/work", new Tar().file("more", "more\n")).statusCode());
        assertEquals(Map.of("in", "0 640 7 given\n"), get(at, "/w/in"));
        assertEquals("given\nseed\nmore\n640 7\n", ended(at));
        assertEquals(Map.of("result", "0 644 0 GIVEN\n"), get(at, "/w/result"));
        assertEquals(Map.of("v", "0 644 0 v\n"), get(at, "/work/v"));
        assertEquals(404, server.get(at + "/files?path=/w/none").statusCode());
        String other = container("cat /w/in", "");
        assertTrue(ended(other).contains("No such file"), "another container has its own layer");
        delete(at);
        delete(other);
        assertEquals(404, server.get(at + "/files?path=/w/result").statusCode());
    }

    @Test
    void a_container_keeps_its_files_when_the_service_is_killed_and_starts_with_them() throws Exception {
        String at = container("cat /w/in", "");
        assertEquals(200, put(at, "/w", new Tar().file("in", "given")).statusCode());
        server.kill();
        server = serve();
        assertEquals(200, server.post("/v1/gc", "").statusCode());
        assertEquals(Map.of("in", "0 644 0 given"), get(at, "/w/in"));
        assertEquals("given", ended(at));
        server.kill();
        server = serve();
        assertEquals(Map.of("in", "0 644 0 given"), get(at, "/w/in"));
        delete(at);
    }

    @Test
    void a_hostile_archive_changes_nothing_but_the_containers_own_files() throws Exception {
        String at = container("ls /bin/busybox; ls -a /w; cat /w/d/secret", "");
        expectRefused(put(at, "/w", new Tar().file("../../up", "x")), 422, "contains ..");
        expectRefused(put(at, "/w", new Tar().file(host + "/planted", "x")), 422, "not a relative path");
        expectRefused(put(at, "/w/out", new Tar().file("planted", "x")), 404, "does not exist");
        expectRefused(put(at, "/w", new Tar().file("out/planted", "x")), 409, "out/planted");
        expectRefused(put(at, "/w", new Tar().link("d2", host.toString()).file("d2/planted", "x")), 409, "d2/planted");
        expectRefused(
                put(at, "/w", new Tar().special("hard", TarConstants.LF_LINK, "out/secret")),
                409,
                "cannot be unpacked");
        expectRefused(put(at, "/w", new Tar().special("null", TarConstants.LF_CHR, "")), 422, "neither a directory");
        // In an image layer, files of these names would delete files of the layers below.
        assertEquals(
                200,
                put(
                                at,
                                "/",
                                new Tar()
                                        .file(".wh.bin", "")
                                        .file("w/.wh..wh..opq", "")
                                        .file("w/.wh.d", ""))
                        .statusCode());
        assertEquals(404, server.get(at + "/files?path=/w/out/secret").statusCode());
        assertEquals("2 777 0 /..", get(at, "/w").get("out").substring(0, 11));
        assertEquals("/bin/busybox\n.\n..\n.wh..wh..opq\n.wh.d\nd\nd2\nout\nown\n", ended(at));
        expectHostUntouched();
        delete(at);
    }

    @Test
    void files_that_a_container_leaves_do_not_lead_to_the_host() throws Exception {
        String at = container("rm -r /w/d; ln -s /w/out /w/d; ln -s " + host + " /tmp/l", "");
        assertEquals(200, put(at, "/w/d", new Tar().file("before", "start")).statusCode());
        ended(at);
        for (String path : List.of("/w/d/secret", "/tmp/l/secret", "/../.." + host + "/secret")) {
            assertEquals(404, server.get(at + "/files?path=" + path).statusCode(), path);
        }
        expectRefused(put(at, "/w/d", new Tar().file("planted", "x")), 404, "does not exist");
        expectRefused(put(at, "/w", new Tar().file("d/planted", "x")), 409, "d/planted");
        expectHostUntouched();
        delete(at);
    }

    @Test
    void a_name_that_is_replaced_by_a_link_does_not_lead_to_the_host() throws Exception {
        String at = container("true", "");
        AtomicBoolean goes = new AtomicBoolean(true);
        Thread exchange = new Thread(() -> {
            while (goes.get()) {
                Server.quietly(() -> put(
                        at,
                        "/w",
                        new Tar().link("x", "/..".repeat(12) + host + "/secret").file("x", "mine")));
            }
        });
        exchange.start();
        try {
            for (int i = 0; i < 15; i++) {
                HttpResponse<byte[]> got = server.getBytes(at + "/files?path=/w/x");
                String text = new String(got.body(), StandardCharsets.ISO_8859_1);
                assertFalse(text.contains("the host's"), text);
                assertTrue(got.statusCode() < 500, text);
                HttpResponse<String> put =
                        put(at, "/w", new Tar().file("x/planted", "x").file("x", "yours"));
                assertTrue(put.statusCode() == 409 || put.statusCode() == 503, put.body());
            }
        } finally {
            goes.set(false);
            exchange.join();
        }
        expectHostUntouched();
        delete(at);
    }

    /** Most file systems are mounted without project quotas; LayerQuotaTest tests one with them. */
    @Test
    void a_storage_size_limits_the_layer_or_the_container_is_refused_and_leaves_nothing() throws Exception {
        List<String> before = images.containers();
        HttpResponse<String> answer = server.post(
                "/v1/containers",
                "{\"image\": \"" + APP + "\", \"command\": [\"true\"], \"storageSize\": \"1m\", \"pull\": \"never\"}");
        Launcher.Result run = Launcher.execute(
                store(Launcher.command(
                        "run", "--storage-size", "1m", APP, "sh", "-c", "tr '\\0' x < /dev/zero | head -c 4m > /w/f")),
                "");
        if (answer.statusCode() == 201) {
            assertTrue(run.exitCode() != 0 && run.err().matches("(?s).*(No space|quota).*"), run.err());
            delete("/v1/containers/"
                    + new ObjectMapper().readTree(answer.body()).path("id").asText());
        } else {
            expectRefused(answer, 422, "has no project quotas (ext4 or xfs mounted with prjquota); --ephemeral=SIZE");
            assertTrue(run.expect(125).errorLine().contains("has no project quotas"), run.err());
        }
        assertEquals(before, images.containers());
        assertFalse(server.get("/v1/containers").body().contains("storageSize"));
        expectRefused(
                server.post(
                        "/v1/run", "{\"image\": \"" + APP + "\", \"command\": [\"true\"], \"storageSize\": 1048576}"),
                422,
                "/storageSize");
        assertTrue(Launcher.run("--storage-size", "1m", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--storage-size requires an image"));
    }

    @Test
    void a_body_that_is_too_large_or_not_an_archive_is_refused_and_the_container_still_starts() throws Exception {
        String at = container("cat /w/in", "");
        byte[] ones = new byte[33 << 20];
        java.util.Arrays.fill(ones, (byte) 1);
        HttpResponse<String> large = server.put(
                at + "/files?path=/w",
                TAR,
                BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(
                        new Tar().file("f", ones, 0644, 0).bytes())));
        assertEquals(413, large.statusCode(), large.body());
        // The refused request may still be ending; until then, the container is busy (503).
        Host.eventually(
                "no archive is refused",
                () -> Server.quietly(() ->
                        server.put(at + "/files?path=/w", TAR, BodyPublishers.ofString("no archive".repeat(200)))
                                        .statusCode()
                                == 422));
        assertEquals(200, put(at, "/w", new Tar().file("in", "given")).statusCode());
        assertEquals("given", ended(at));
        delete(at);
        String fixed = container("true", ", \"readOnly\": true");
        expectRefused(put(fixed, "/w", new Tar().file("x", "")), 409, "read-only");
        assertEquals(Map.of("secret", "0 644 0 own\n"), get(fixed, "/w/d/secret"));
        delete(fixed);
    }
}
