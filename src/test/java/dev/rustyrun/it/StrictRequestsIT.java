package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H13, H14, H19, H21, H22: wrong requests and wrong settings of a service are reported in one line. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class StrictRequestsIT {

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static void expect(String field, HttpResponse<String> answer) {
        assertEquals(422, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"field\":\"" + field + "\""), answer.body());
    }

    private static String launch(String more) {
        return "{\"rootfs\": \"busybox\", \"command\": [\"/bin/true\"]" + more + "}";
    }

    @Test
    void H13_H14_H19_H22_invalid_arguments_are_named_and_a_start_logs_its_address() throws Exception {
        Path data = folder.resolve("data");
        try (Server server = Server.startBy(List.of(
                "env", "RUSTYRUN_DATA_FOLDER=" + data, "RUSTYRUN_WARM=0", "RUSTYRUN_MOUNTS_SHARED=" + folder))) {
            Host.eventually("the server logs its address", () -> server.log().contains("listening on"), server::log);
            // A service on a JVM also logs that it cannot make user namespaces.
            long lines = server.log()
                    .lines()
                    .filter(line -> !line.contains("share the host's user namespace"))
                    .count();
            assertEquals(1, lines, server.log());
            assertTrue(
                    server.log()
                                    .contains("listening on " + server.url()
                                            + " for everyone on this machine; root file systems in")
                            && server.log().contains("busybox"),
                    server.log());

            String none = "/v1/containers/0123456789ab";
            expect("/limit", server.get("/v1/containers?limit=99999999999"));
            expect("/limit", server.get("/v1/containers?limit=0"));
            expect("/status", server.get("/v1/containers?status=foo"));
            expect("/nonsense", server.get("/v1/containers?nonsense=1"));
            expect("/nonsense", server.get("/v1/info?nonsense=1"));
            expect("/nonsense", server.post("/v1/run?nonsense=1", launch("")));
            expect("/force", server.delete(none + "?force=1"));
            expect("/timeoutSeconds", server.post(none + "/wait?timeoutSeconds=1e3", ""));
            HttpResponse<String> made = server.post("/v1/containers", launch(""));
            String at = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
            expect("/tail", server.get(at + "/logs?tail=abc"));
            expect("/follow", server.get(at + "/logs?follow=1"));
            expect("/since", server.get(at + "/logs?since=yesterday"));
            assertEquals(
                    200, server.get("/v1/containers?status=created&limit=5").statusCode());
            assertEquals(204, server.delete(at + "?force=true").statusCode());

            expect("/workdir", server.post("/v1/run", launch(", \"workdir\": \"/etc/passwd\"")));
            String mount = ", \"mounts\": [{\"source\": \"shared\", \"target\": \"%s\"}]";
            for (String target : List.of("/etc/passwd", "/proc", "/proc/", "/sys", "/dev", "/dev/null")) {
                expect("/mounts", server.post("/v1/run", launch(mount.formatted(target))));
            }
            expect("/tmpfs", server.post("/v1/run", launch(", \"tmpfs\": [\"/etc/passwd\"]")));
            Path link = Files.createSymbolicLink(Launcher.busybox().resolve("to-proc"), Path.of("/proc"));
            try {
                for (String target : List.of("/to-proc", "/to-proc/meminfo", "/sys/new", "/dev/pts/new")) {
                    expect("/mounts", server.post("/v1/run", launch(mount.formatted(target))));
                    expect("/tmpfs", server.post("/v1/run", launch(", \"tmpfs\": [\"" + target + "\"]")));
                }
            } finally {
                Files.delete(link);
            }
            expect("/cmd", server.post("/v1/run", "{\"rootfs\": \"busybox\", \"cmd\": [\"true\"]}"));

            String cut = server.sh(200, "printf éééé", "\"maxOutput\": 5");
            assertTrue(cut.contains("\"text\":\"éé\",\"bytes\":8,\"truncated\":true"), cut);
            assertTrue(server.sh(200, "printf 'é\\\\303'").contains("base64"), "half a character that was not cut");
        }
    }

    private void expectNoStart(String words, String variable, String... options) {
        List<String> command = new ArrayList<>(variable.isEmpty() ? List.of() : List.of("env", variable));
        command.addAll(Launcher.command("serve"));
        if (!List.of(options).contains("--data-folder")) {
            command.addAll(List.of("--data-folder", folder.resolve("d").toString()));
        }
        if (!List.of(options).contains("--rootfs-folder")) {
            command.addAll(
                    List.of("--rootfs-folder", Launcher.busybox().getParent().toString()));
        }
        if (!List.of(options).contains("--management-port")) {
            command.addAll(List.of("--management-port", "0"));
        }
        if (!List.of(options).contains("--port") && !List.of(options).contains("--socket")) {
            command.addAll(List.of("--port", "0"));
        }
        command.addAll(List.of(options));
        Launcher.Result result = Launcher.execute(command, "").expect(125);
        assertTrue(result.errorLine().contains(words), result.err());
        assertEquals("", result.out());
        assertFalse(result.err().contains("Exception"), result.err());
    }

    @Test
    void H21_a_failed_start_is_reported_in_one_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            expectNoStart("cannot listen on 127.0.0.1, --port " + port, "", "--port", port);
            expectNoStart("cannot listen on 127.0.0.1, --management-port " + port, "", "--management-port", port);
        }
        expectNoStart("--management-port 18080 is also --port", "", "--port", "18080", "--management-port", "18080");
        expectNoStart("--port -1 is not a port", "", "--port", "-1");
        expectNoStart("--port 70000 is not a port", "", "--port", "70000");
        expectNoStart("--management-port 70000 is not a port", "", "--management-port", "70000");
        Path tokens = Files.writeString(folder.resolve("tokens"), "admin 0123456789abcdef\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-r--r--"));
        expectNoStart("chmod 600", "", "--token-file", tokens.toString());
        Path broken = Files.writeString(folder.resolve("broken.pem"), "no certificate");
        String contains = " " + broken + " contains no ";
        expectNoStart(
                "--tls-cert" + contains + "certificate in PEM",
                "",
                "--tls-cert",
                broken.toString(),
                "--tls-key",
                broken.toString());
        Path certificate = Files.writeString(folder.resolve("cert.pem"), "-----BEGIN CERTIFICATE-----\n");
        expectNoStart(
                "--tls-key" + contains + "private key in PEM",
                "",
                "--tls-cert",
                certificate.toString(),
                "--tls-key",
                broken.toString());
        expectNoStart("rustyrun.concurrent=0 must be at least 1", "RUSTYRUN_CONCURRENT=0");
        expectNoStart("rustyrun.memory.default", "RUSTYRUN_MEMORY_DEFAULT=4g");
        expectNoStart("is not a size", "RUSTYRUN_MEMORY_MAX=lots");
        expectNoStart("cannot start: rustyrun.concurrent=many is not a valid number", "RUSTYRUN_CONCURRENT=many");
        expectNoStart("cannot start: rustyrun.cpus.max=many is not a valid number", "RUSTYRUN_CPUS_MAX=many");
        expectNoStart(
                "rustyrun.storage.max limits files on disk: also set rustyrun.keep-files=true",
                "RUSTYRUN_STORAGE_MAX=1g");
        expectNoStart("rustyrun.keep-files=maybe must be true or false", "RUSTYRUN_KEEP_FILES=maybe");
        expectNoStart("rustyrun.stop-containers=2 must be true or false", "RUSTYRUN_STOP_CONTAINERS=2");
        expectNoStart("rustyrun.storage.default=1k must be at least 64k", "RUSTYRUN_STORAGE_DEFAULT=1k");
        expectNoStart("a unix socket's path has at most 107", "", "--socket", "/tmp/" + "s".repeat(115));
        expectNoStart(
                "does not exist",
                "",
                "--rootfs-folder",
                folder.resolve("nothing").toString());
        expectNoStart("/data cannot be", "", "--data-folder", "/proc/nothing/data");
        expectNoStart("/data cannot be", "", "--data-folder", tokens + "/data");
    }

    @Test
    void H28_the_service_of_an_ordinary_user_does_not_start_because_it_cannot_launch() {
        List<String> command = new ArrayList<>(List.of(
                "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=/nonexistent"));
        command.addAll(Launcher.command("serve", "--port", "0", "--management-port", "0", "--rootfs-folder"));
        command.add(Launcher.busybox().getParent().toString());
        String line = Launcher.execute(command, "").expect(125).errorLine();
        assertTrue(line.contains("serve cannot start: serve needs root"), line);
    }
}
