package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listening addresses, access control and log of {@code rustyrun serve}. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ListenIT {

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(String... before) {
        return Launcher.rustyrun(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(before),
                        java.util.stream.Stream.of("run", "--rootfs", "busybox", "echo", "hello"))
                .toArray(String[]::new));
    }

    private Path socket() {
        return folder.resolve("rustyrun.sock");
    }

    private void expectMode(String mode) {
        Host.eventually("the socket exists", () -> Files.exists(socket()), folder::toString);
        try {
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Server onSocket(String... more) throws IOException {
        return Server.start(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                                "--socket",
                                socket().toString(),
                                "--no-tcp",
                                "--warm",
                                "0",
                                "--data-folder",
                                folder.resolve("data").toString()),
                        java.util.stream.Stream.of(more))
                .toArray(String[]::new));
    }

    @Test
    void only_the_owner_can_use_a_unix_socket_which_is_removed_with_the_service() throws Exception {
        try (Server server = onSocket()) {
            expectMode("rw-------");
            assertEquals(
                    "hello\n", run("--host", "unix://" + socket()).expect(0).out());
            assertThrows(IOException.class, () -> server.get("/v1/info"), "no port is open");
            assertTrue(Launcher.rustyrun("serve", "--socket", socket().toString())
                    .expect(125)
                    .errorLine()
                    .contains("a running service listens there"));
        }
        assertTrue(Files.notExists(socket()), "the server removes its socket");
        try (var left = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    left.filter(path -> path.getFileName().toString().startsWith("."))
                            .toList());
        }
    }

    @Test
    void a_directory_in_which_others_may_replace_the_socket_is_logged() throws Exception {
        Path place = Files.createDirectory(folder.resolve("place"));
        expectWarning(place, "");
        Files.setAttribute(place, "unix:uid", 1000);
        expectWarning(place, "user 1000 owns " + place + ", and could replace the socket");
        Files.setAttribute(place, "unix:uid", 0);
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        expectWarning(place, "every user may write to " + place + ", and could replace the socket");
    }

    /** Starts a service with a socket in {@code place}, and expects this warning, or none if it is empty. */
    private void expectWarning(Path place, String warning) throws Exception {
        try (Server server = Server.start(
                "--socket",
                place.resolve("s").toString(),
                "--no-tcp",
                "--warm",
                "0",
                "--data-folder",
                folder.resolve("data").toString())) {
            Host.eventually("it listens", () -> server.log().contains("listening on"), server::log);
            assertEquals(!warning.isEmpty(), server.log().contains("replace the socket"), server.log());
            assertTrue(server.log().contains(warning), server.log());
        }
    }

    @Test
    void a_stale_socket_is_replaced_and_its_group_may_be_let_in() throws Exception {
        Server killed = onSocket();
        expectMode("rw-------");
        killed.kill();
        assertTrue(Files.exists(socket()), "a killed server leaves its socket");
        try (Server server = onSocket("--socket-group", "daemon")) {
            Host.eventually(
                    "it is replaced",
                    () -> {
                        try {
                            return PosixFilePermissions.toString(Files.getPosixFilePermissions(socket()))
                                    .equals("rw-rw----");
                        } catch (IOException e) {
                            return false;
                        }
                    },
                    server::log);
            assertEquals("daemon", Files.getAttribute(socket(), "posix:group").toString());
        }
        Path file = Files.writeString(folder.resolve("file"), "");
        assertTrue(Launcher.rustyrun("serve", "--socket", file.toString())
                .expect(125)
                .errorLine()
                .contains("is not a socket"));
    }

    @Test
    void a_token_is_needed_on_the_socket_too() throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "launch 0123456789abcdef\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        try (Server server = onSocket("--token-file", tokens.toString())) {
            expectMode("rw-------");
            String url = "unix://" + socket();
            assertTrue(run("--host", url).expect(125).errorLine().contains("--token-file"), server.log());
            assertEquals(
                    "hello\n",
                    run("--host", url, "--token-file", tokens.toString())
                            .expect(0)
                            .out());
        }
    }

    @Test
    void tls_admits_clients_with_a_certificate_and_allows_what_their_role_may_do() throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=Test CA",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
        certificate("server", "IP:127.0.0.1");
        certificate("alice", "DNS:alice");
        certificate("bob", "DNS:bob");
        try (Server server = Server.start(
                "--warm",
                "0",
                "--data-folder",
                folder.resolve("data").toString(),
                "--tls-cert",
                file("server.pem"),
                "--tls-key",
                file("server.key"),
                "--tls-client-ca",
                file("ca.pem"),
                "--certificate-role",
                "bob=read")) {
            String url = "https://127.0.0.1:" + server.port();
            // Start-up waits for the management port, which may be open a moment before this one.
            Host.eventually("it listens", server::listens);
            assertEquals(
                    "hello\n",
                    run(
                                    "--host",
                                    url,
                                    "--tls-ca",
                                    file("ca.pem"),
                                    "--tls-cert",
                                    file("alice.pem"),
                                    "--tls-key",
                                    file("alice.key"))
                            .expect(0)
                            .out());
            assertTrue(run(
                            "--host",
                            url,
                            "--tls-ca",
                            file("ca.pem"),
                            "--tls-cert",
                            file("bob.pem"),
                            "--tls-key",
                            file("bob.key"))
                    .expect(125)
                    .errorLine()
                    .contains("your role is read"));
            run("--host", url, "--tls-ca", file("ca.pem")).expect(125).errorLine();
            assertTrue(run("--host", url).expect(125).errorLine().contains("cannot connect"), "an unknown authority");
            run("--host", "http://127.0.0.1:" + server.port()).expect(125).errorLine();
        }
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void certificate(String name, String alternative) throws IOException {
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr");
        Files.writeString(folder.resolve("extensions"), "subjectAltName=" + alternative + "\n");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                "extensions",
                "-out",
                name + ".pem");
    }

    private void openssl(String... words) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            assertEquals(0, process.waitFor(), said);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void each_launch_is_a_line_of_json_with_its_id() throws Exception {
        try (Server server = Server.start("--warm", "0", "--log-format", "json")) {
            HttpResponse<String> ran =
                    server.post("/v1/run", "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"exit 3\"]}");
            String id = new ObjectMapper().readTree(ran.body()).path("id").asText();
            Host.eventually("it is logged", () -> server.log().contains(id), server::log);
            for (String line :
                    server.log().lines().filter(text -> text.contains(id)).toList()) {
                JsonNode json = new ObjectMapper().readTree(line);
                assertEquals(id, json.path("mdc").path("container").asText(), line);
                assertEquals("busybox", json.path("mdc").path("rootfs").asText(), line);
                assertEquals("exited", json.path("mdc").path("reason").asText(), line);
                assertEquals("3", json.path("mdc").path("exitCode").asText(), line);
                assertTrue(json.path("mdc").path("ms").asText().matches("[0-9]+"), line);
            }
        }
    }

    @Test
    void impossible_requests_are_refused_at_once() {
        assertTrue(
                Launcher.rustyrun("serve", "--no-tcp").expect(125).errorLine().contains("--socket"));
        assertTrue(Launcher.rustyrun("serve", "--tls-cert", "/x")
                .expect(125)
                .errorLine()
                .contains("--tls-key"));
        assertFalse(Launcher.rustyrun("serve", "--log-format", "xml")
                .expect(125)
                .errorLine()
                .isEmpty());
    }
}
