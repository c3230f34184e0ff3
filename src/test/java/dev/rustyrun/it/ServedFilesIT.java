package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /v1/containers/{id}/files}. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedFilesIT {

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start() throws IOException {
        return Server.start("--data-folder", folder.resolve("data").toString(), "--warm", "0");
    }

    private static String container(Server server, String script, String more)
            throws IOException, InterruptedException {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
    }

    /** Starts a container, waits until it reports that it is ready, and returns its address. */
    private static String running(Server server, String script, String more) throws IOException, InterruptedException {
        String at = container(server, script, more + ", \"start\": true");
        Host.eventually(
                "it is ready",
                () -> Server.quietly(() -> server.get(at + "/logs").body()).contains("ready"));
        return at;
    }

    private static HttpResponse<String> put(Server server, String at, String path, Tar tar)
            throws IOException, InterruptedException {
        return putBytes(server, at, path, tar.bytes());
    }

    private static HttpResponse<String> putBytes(Server server, String at, String path, byte[] bytes)
            throws IOException, InterruptedException {
        return server.put(at + "/files?path=" + path, "application/x-tar", BodyPublishers.ofByteArray(bytes));
    }

    /** The service closes the connection with its answer, so a client that still sends may see only the end. */
    private static boolean isTooLarge(Server server, String at, byte[] bytes) {
        try {
            return putBytes(server, at, "/w", bytes).statusCode() == 413;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> get(Server server, String at, String path)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> got = server.getBytes(at + "/files?path=" + path);
        assertEquals(200, got.statusCode(), () -> new String(got.body(), StandardCharsets.UTF_8));
        return Tar.entries(got.body());
    }

    private static void expectRefused(HttpResponse<String> answer, int status, String why) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(why), answer.body());
    }

    @Test
    void files_that_are_put_in_exist_and_can_be_read_back() throws Exception {
        String longName = "d".repeat(150) + "/" + "ü".repeat(100);
        try (Server server = start()) {
            String at = running(
                    server,
                    "mkdir /w; echo ready; until [ -e /w/go ]; do sleep 0.1; done;"
                            + " cd /w; stat -c '%a %u %n' d d/tool; cat new/deep/file; readlink l; d/tool; echo end",
                    "");
            HttpResponse<String> done = put(
                    server,
                    at,
                    "/w",
                    new Tar()
                            .directory("d", 0750, 7)
                            .file("./d/tool", "#!/bin/sh\necho runs\n".getBytes(StandardCharsets.UTF_8), 04755, 8)
                            .file("new/deep/file", "text\n")
                            .link("l", "/w/d/tool")
                            .special("hard", TarConstants.LF_LINK, "d/tool")
                            .file(longName, "long")
                            .file("go", ""));
            assertEquals("{\"entries\":7,\"bytes\":29}", done.body());
            assertTrue(server.post(at + "/wait", "").body().contains("\"exitCode\":0"));
            assertEquals(
                    "ready\n750 7 d\n4755 8 d/tool\ntext\n/w/d/tool\nruns\nend\n",
                    server.get(at + "/logs").body());
            assertEquals(204, server.delete(at).statusCode());

            String other = running(
                    server,
                    "mkdir -p /w/sub; cd /w; echo a > sub/f; chmod 640 sub/f; chown 5:5 sub/f; ln -s sub l;"
                            + " mkfifo p; echo ready; sleep 600",
                    "");
            assertEquals(
                    Map.of("./", "5 755 0 ", "sub/", "5 755 0 ", "sub/f", "0 640 5 a\n", "l", "2 777 0 sub"),
                    get(server, other, "/w"));
            assertEquals(Map.of("f", "0 640 5 a\n"), get(server, other, "/w/l/f"));
            assertEquals(
                    200,
                    put(server, other, "/w", new Tar().file(longName, "long")).statusCode());
            assertEquals("0 644 0 long", get(server, other, "/w").get(longName));
            assertTrue(get(server, other, "/").containsKey("proc/"), "mount points exist and are empty");
            assertEquals(204, server.delete(other + "?force=true").statusCode());
        }
        assertTrue(Files.notExists(Launcher.busybox().resolve("w")), "the rootfs must not change");
    }

    @Test
    void entries_that_climb_out_or_are_devices_are_refused() throws Exception {
        try (Server server = start()) {
            String at = running(
                    server,
                    "mkdir /w; ln -s / /w/out; ln -s /etc/passwd /w/pw; echo mine > /w/f; echo ready; sleep 600",
                    "");
            expectRefused(put(server, at, "/w", new Tar().file("../x", "")), 422, "contains ..");
            expectRefused(put(server, at, "/w", new Tar().file("a/../../x", "")), 422, "contains ..");
            expectRefused(put(server, at, "/w", new Tar().file("/x", "")), 422, "is not a relative path");
            expectRefused(
                    put(server, at, "/w", new Tar().special("d", TarConstants.LF_BLK, "")),
                    422,
                    "other files cannot be copied");
            expectRefused(
                    put(server, at, "/w", new Tar().special("d", TarConstants.LF_CHR, "")),
                    422,
                    "other files cannot be copied");
            expectRefused(
                    put(server, at, "/w", new Tar().special("d", TarConstants.LF_FIFO, "")),
                    422,
                    "other files cannot be copied");
            expectRefused(
                    put(server, at, "/w", new Tar().special("h", TarConstants.LF_LINK, "../etc/passwd")),
                    422,
                    "contains ..");
            expectRefused(
                    put(server, at, "/w", new Tar().special("h", TarConstants.LF_LINK, "pw")),
                    422,
                    "not a regular file");
            expectRefused(
                    put(server, at, "/w", new Tar().special("h", TarConstants.LF_LINK, "out/etc/passwd")),
                    409,
                    "ELOOP");
            expectRefused(put(server, at, "/w", new Tar().file("out/x", "")), 409, "ELOOP");
            expectRefused(put(server, at, "/w", new Tar().link("deep", "/").file("deep/x", "")), 409, "ELOOP");
            expectRefused(put(server, at, "/", new Tar().file("dev/x", "")), 409, "is on another mount");
            expectRefused(put(server, at, "/", new Tar().file("w", "")), 409, "EISDIR");
            expectRefused(
                    putBytes(server, at, "/w", "no tar at all".repeat(100).getBytes(StandardCharsets.UTF_8)),
                    422,
                    "not a tar stream");
            expectRefused(
                    putBytes(
                            server,
                            at,
                            "/w",
                            Arrays.copyOf(new Tar().file("f", "x".repeat(5000)).bytes(), 2000)),
                    422,
                    "not a tar stream");
            assertEquals(
                    "0 644 0 link is replaced, not followed",
                    get(server, at, replaced(server, at)).get("pw"));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        assertTrue(Files.notExists(Path.of("/x")));
    }

    /** The archive that tar(1) makes of a folder with these arguments. */
    private byte[] tar(String... words) throws IOException {
        Path file = folder.resolve("made.tar");
        List<String> command =
                new java.util.ArrayList<>(List.of("tar", "-C", folder.toString(), "-cf", file.toString()));
        command.addAll(List.of(words));
        Launcher.execute(command, "").expect(0);
        return Files.readAllBytes(file);
    }

    @Test
    void S12_sparse_files_are_refused_in_all_forms_and_nothing_is_written() throws Exception {
        Launcher.execute(
                        List.of("truncate", "-s", "300M", folder.resolve("hole").toString()), "")
                .expect(0);
        Files.writeString(folder.resolve("hole"), "x", java.nio.file.StandardOpenOption.APPEND);
        try (Server server = start()) {
            String at = running(server, "mkdir /w; echo ready; sleep 600", "");
            for (String form : List.of("0.0", "0.1", "1.0")) {
                byte[] sparse = tar("--format=pax", "--sparse", "--sparse-version=" + form, "hole");
                assertTrue(sparse.length < 100_000);
                expectRefused(putBytes(server, at, "/w", sparse), 422, "sparse");
            }
            expectRefused(putBytes(server, at, "/w", tar("--format=gnu", "--sparse", "hole")), 422, "sparse");
            assertEquals(Map.of("./", "5 755 0 "), get(server, at, "/w"));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    @Test
    void H15_an_invalid_or_compressed_tar_stream_is_refused() throws Exception {
        Files.writeString(folder.resolve("f"), "text");
        try (Server server = start()) {
            String at = running(server, "mkdir /w; echo ready; sleep 600", "");
            expectRefused(putBytes(server, at, "/w", "no tar".getBytes(StandardCharsets.UTF_8)), 422, "not a tar");
            expectRefused(putBytes(server, at, "/w", new byte[0]), 422, "not a tar");
            expectRefused(putBytes(server, at, "/w", tar("-z", "f")), 415, "compressed with gzip");
            byte[] appended = Arrays.copyOf(tar("f"), 20_000);
            appended[19_000] = 1;
            expectRefused(putBytes(server, at, "/w", appended), 422, "something follows the end");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    @Test
    void H16_a_hard_link_to_itself_keeps_the_file_and_names_that_are_not_utf8_are_refused() throws Exception {
        Files.writeString(folder.resolve("f"), "text");
        try (Server server = start()) {
            String at = running(server, "mkdir /w; echo ready; sleep 600", "");
            assertEquals(200, putBytes(server, at, "/w", tar("f", "f")).statusCode());
            assertEquals(
                    200,
                    put(server, at, "/w", new Tar().file("g", "more").special("./g", TarConstants.LF_LINK, "g"))
                            .statusCode());
            Map<String, String> found = get(server, at, "/w");
            assertTrue(found.get("f").endsWith("text") && found.get("g").endsWith("more"), found.toString());
            Launcher.execute(
                            List.of(
                                    "sh",
                                    "-c",
                                    "mkdir $0/n && cd $0/n && : >$(printf 'a\\377') && : >$(printf 'a\\376')",
                                    folder.toString()),
                            "")
                    .expect(0);
            expectRefused(putBytes(server, at, "/w", tar("n")), 422, "not UTF-8");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    @Test
    void S21_no_set_user_id_program_comes_onto_a_mount_of_the_hosts() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        byte[] program = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
        try (Server server = Server.startBy(List.of(
                "env",
                "RUSTYRUN_DATA_FOLDER=" + folder.resolve("data"),
                "RUSTYRUN_WARM=0",
                "RUSTYRUN_MAPPED_MOUNTS=shared",
                "RUSTYRUN_MOUNTS_SHARED=" + shared))) {
            String at = running(
                    server,
                    "mkdir /w; echo ready; sleep 600",
                    ", \"mounts\": [{\"source\": \"shared\", \"target\": \"/shared\"}], \"tmpfs\": [\"/t\"]");
            Tar tar = new Tar()
                    .file("suid", program, 06755, 0)
                    .directory("sgid", 02777, 0)
                    .file("sgid/deep", program, 04755, 0);
            byte[] bytes = tar.bytes();
            for (String path : List.of("/shared", "/w", "/t")) {
                assertEquals(200, putBytes(server, at, path, bytes).statusCode(), path);
            }
            for (String name : List.of("suid", "sgid", "sgid/deep")) {
                int mode = (int) Files.getAttribute(shared.resolve(name), "unix:mode");
                assertEquals(0, mode & 06000, name + " " + Integer.toOctalString(mode));
            }
            assertTrue(get(server, at, "/w").get("suid").startsWith("0 6755 "), "its own root file system keeps them");
            assertTrue(get(server, at, "/t").get("suid").startsWith("0 755 "));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static String replaced(Server server, String at) throws IOException, InterruptedException {
        assertEquals(
                200,
                put(server, at, "/w", new Tar().file("pw", "link is replaced, not followed"))
                        .statusCode());
        return "/w/pw";
    }

    @Test
    void paths_are_the_containers_and_nothing_of_the_kernels() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "the host's");
        try (Server server = start()) {
            String up = "/..".repeat(12);
            String at = running(
                    server,
                    "mkdir /w; ln -s " + up + folder + " /w/up; ln -s /proc/self/root /w/magic; echo ready; sleep 600",
                    "");
            assertEquals(404, server.get(at + "/files?path=/w/up/secret").statusCode());
            assertEquals(404, server.get(at + "/files?path=" + up + secret).statusCode());
            assertEquals(404, server.get(at + "/files?path=/w/nothing").statusCode());
            expectRefused(server.get(at + "/files?path=/w/magic" + secret), 404, "does not exist");
            expectRefused(server.get(at + "/files?path=/proc/1/root/etc"), 422, "cannot be opened: ELOOP");
            expectRefused(server.get(at + "/files?path=/proc/meminfo"), 422, "is on a kernel file system");
            expectRefused(server.get(at + "/files?path=/sys"), 422, "is on a kernel file system");
            expectRefused(server.get(at + "/files?path=/dev/null"), 422, "neither a directory nor a file");
            expectRefused(server.get(at + "/files?path=w"), 422, "not an absolute path");
            expectRefused(server.get(at + "/files"), 422, "not an absolute path");
            expectRefused(
                    put(server, at, "/proc/1", new Tar().file("oom_score_adj", "-1000")),
                    422,
                    "is on a kernel file system");
            expectRefused(put(server, at, "/bin/sh", new Tar().file("x", "")), 422, "is not a directory");
            assertEquals(
                    404, server.get("/v1/containers/0123456789ab/files?path=/").statusCode());
            assertEquals(
                    415,
                    server.put(at + "/files?path=/w", "text/plain", BodyPublishers.ofString("x"))
                            .statusCode());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    /** While a container is being created, its PID 1 still has the host's root. */
    @Test
    void the_hosts_root_is_never_mistaken_for_that_of_a_container_in_creation() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "the host's");
        try (Server server = start()) {
            for (int i = 0; i < 4; i++) {
                String at = container(server, "sleep 600", ", \"start\": true");
                for (int tries = 0; tries < 3; tries++) {
                    assertEquals(404, server.get(at + "/files?path=" + secret).statusCode());
                    expectRefused(
                            put(server, at, folder.toString(), new Tar().file("planted", "")), 404, "does not exist");
                }
                assertEquals(204, server.delete(at + "?force=true").statusCode());
            }
        }
        assertTrue(Files.notExists(folder.resolve("planted")));
    }

    @Test
    void a_container_that_is_read_only_or_does_not_run_accepts_no_files() throws Exception {
        try (Server server = start()) {
            String at = container(server, "echo ready", "");
            assertTrue(get(server, at, "/bin/busybox").containsKey("busybox"), "before the start: the rootfs");
            expectRefused(put(server, at, "/tmp", new Tar().file("x", "")), 409, "it is created");
            server.post(at + "/start", "");
            server.post(at + "/wait", "");
            expectRefused(put(server, at, "/tmp", new Tar().file("x", "")), 409, "it is exited");
            expectRefused(server.get(at + "/files?path=/tmp"), 409, "discarded at its end");
            assertEquals(204, server.delete(at).statusCode());

            String fixed = running(server, "echo ready; sleep 600", ", \"readOnly\": true");
            expectRefused(put(server, fixed, "/tmp", new Tar().file("x", "")), 409, "read-only");
            assertTrue(get(server, fixed, "/bin/busybox").containsKey("busybox"));
            assertEquals(200, server.post(fixed + "/pause", "").statusCode());
            assertTrue(get(server, fixed, "/bin/busybox").containsKey("busybox"), "a paused container can be read");
            assertEquals(204, server.delete(fixed + "?force=true").statusCode());
        }
        assertTrue(Files.notExists(Launcher.busybox().resolve("tmp/x")));
    }

    private static byte[] ones(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 1);
        return bytes;
    }

    @Test
    void too_much_is_refused_as_a_body_and_as_the_containers_memory() throws Exception {
        try (Server server = start()) {
            String at = running(server, "mkdir /w; echo ready; sleep 600", ", \"memory\": \"16m\"");
            // Not zeros, which would be stored as a hole and take no memory.
            byte[] large = new Tar().file("f", ones(20 << 20), 0644, 0).bytes();
            expectRefused(putBytes(server, at, "/w", large), 507, "memory limit");
            expectRefused(putBytes(server, at, "/dev/shm", large), 507, "memory limit");
            assertEquals(
                    200, put(server, at, "/w", new Tar().file("f", "small")).statusCode());
            byte[] larger = new Tar().file("f", ones(33 << 20), 0644, 0).bytes();
            Host.eventually("a larger body is refused", () -> isTooLarge(server, at, larger));
            assertTrue(server.get(at).body().contains("\"status\":\"running\""));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
            String roomy = running(server, "mkdir /w; echo ready; sleep 600", "");
            HttpResponse<String> chunked = server.put(
                    roomy + "/files?path=/w",
                    "application/x-tar",
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(larger)));
            assertEquals(413, chunked.statusCode(), chunked.body());
            assertEquals(
                    200,
                    server.put(
                                    roomy + "/files?path=/w",
                                    "application/x-tar",
                                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                            .statusCode());
            assertEquals(204, server.delete(roomy + "?force=true").statusCode());
        }
    }

    @Test
    void a_file_larger_than_the_services_memory_passes_through() throws Exception {
        Path data = folder.resolve("data");
        try (Server server = Server.startBy(
                List.of("env", "JAVA_TOOL_OPTIONS=-Xmx96m", "RUSTYRUN_DATA_FOLDER=" + data, "RUSTYRUN_WARM=0"))) {
            String at = running(server, "truncate -s 300M /large; echo ready; sleep 600", "");
            long[] count = new long[1];
            try (var in = server.getStream(at + "/files?path=/large")) {
                byte[] buffer = new byte[1 << 20];
                for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                    count[0] += got;
                }
            }
            assertTrue(count[0] > 300 << 20, count[0] + " bytes");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    /**
     * While files are read and written, the container keeps swapping a directory for a link to the host's
     * (CVE-2018-15664 and similar), and one path between a device and a directory.
     */
    @Test
    void the_symlink_exchange_of_cve_2018_15664_leads_to_nothing_of_the_host() throws Exception {
        Path host = Files.createDirectory(folder.resolve("host"));
        Files.writeString(host.resolve("secret"), "the host's");
        Files.createDirectory(host.resolve("sub"));
        String target = "/..".repeat(12) + host;
        try (Server server = start()) {
            String at = running(
                    server,
                    "mkdir -p /w/d/sub /w/x; cd /w; ln -s " + target + " l; echo mine > d/secret; echo ready;"
                            + " while :; do mv d x/d; mv l d; mv d l; mv x/d d; mknod x/secret c 1 5; mv x/secret d/secret;"
                            + " rm d/secret; echo mine > d/secret; done",
                    "");
            long end = System.nanoTime() + 8_000_000_000L;
            int got = 0;
            int written = 0;
            while (System.nanoTime() < end) {
                got += expectNothingOfTheHost(server.getBytes(at + "/files?path=/w")) ? 1 : 0;
                got += expectNothingOfTheHost(server.getBytes(at + "/files?path=/w/d")) ? 1 : 0;
                got += expectNothingOfTheHost(server.getBytes(at + "/files?path=/w/d/secret")) ? 1 : 0;
                written +=
                        put(server, at, "/w", new Tar().file("d/planted", "p").file("d/sub/planted", "p"))
                                                .statusCode()
                                        == 200
                                ? 1
                                : 0;
                written +=
                        put(server, at, "/w/d", new Tar().file("planted", "p").file("sub/planted", "p"))
                                                .statusCode()
                                        == 200
                                ? 1
                                : 0;
                try (Stream<Path> files = Files.walk(host)) {
                    assertEquals(
                            List.of(host, host.resolve("secret"), host.resolve("sub")),
                            files.sorted().toList());
                }
            }
            assertTrue(got > 10 && written > 10, got + " read, " + written + " written: no race at all");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static boolean expectNothingOfTheHost(HttpResponse<byte[]> answer) {
        String body = new String(answer.body(), StandardCharsets.ISO_8859_1);
        assertFalse(body.contains("the host's"), body);
        assertTrue(answer.statusCode() < 500, () -> answer.statusCode() + " " + body);
        return answer.statusCode() == 200;
    }
}
