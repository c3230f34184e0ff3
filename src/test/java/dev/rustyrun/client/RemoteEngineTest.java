package dev.rustyrun.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.LogOutput;
import dev.rustyrun.engine.LogView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The requests that a client sends to a service, and its handling of any answer. */
class RemoteEngineTest {

    private static final String ID = "0123456789ab";
    private static final LogView ALL = new LogView(false, OptionalLong.empty(), 0);

    @TempDir
    Path folder;

    /** The client's error message when a request for a container gets this answer. */
    private String failure(String answer) throws IOException {
        try (FakeServer server = new FakeServer(folder, answer)) {
            RemoteEngine engine = server.engine();
            return assertThrows(ClientException.class, () -> engine.container(ID), answer)
                    .getMessage();
        }
    }

    @Test
    void a_list_has_pages_that_keep_the_filter() throws IOException {
        try (FakeServer server = new FakeServer(
                folder,
                FakeServer.json(200, "{\"items\":[{\"id\":\"a\"}],\"next\":\"/v1/containers?after=a\"}"),
                FakeServer.json(200, "{\"items\":[{\"id\":\"b\"}]}"))) {
            List<JsonNode> all = server.engine().list(new ContainerFilter(Optional.of("running"), List.of("a=b c")));
            assertEquals(
                    List.of("a", "b"),
                    all.stream().map(one -> one.path("id").asText()).toList());
            assertTrue(server.asked().get(0).startsWith("GET /v1/containers?limit=1000&status=running&label=a%3Db+c "));
            assertTrue(server.asked().get(1).startsWith("GET /v1/containers?after=a&status=running&label=a%3Db+c "));
            assertTrue(server.asked().get(0).contains("Authorization: Bearer secret\r\n"));
        }
    }

    @Test
    void a_problem_is_printed_with_its_detail_in_one_line() throws IOException {
        assertEquals("no such thing", failure(FakeServer.json(404, "{\"detail\":\"no such thing\"}")));
        assertEquals("the server answers 500", failure(FakeServer.json(500, "<html>")));
        assertEquals("the server answers 502", failure("HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n"));
        assertTrue(failure(FakeServer.json(401, "{\"detail\":\"who are you\"}")).endsWith("RUSTYRUN_TOKEN_FILE)"));
    }

    @Test
    void a_server_without_tls_is_reported() {
        assertEquals(
                "the server does not use TLS: use http://",
                Connection.reason(new SSLException("Unsupported or unrecognized SSL message")));
    }

    @Test
    void an_invalid_answer_is_reported_as_invalid() throws IOException {
        for (Map.Entry<String, String> wrong : Map.of(
                        "SSH-2.0-OpenSSH\r\n",
                        "does not speak HTTP/1.1",
                        "",
                        "closed the connection",
                        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
                        "invalid or too large headers",
                        "HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(20_000) + "\r\n",
                        "invalid or too large headers",
                        "HTTP/1.1 200 " + "x".repeat(100_000),
                        "a line is too long",
                        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
                        "in the middle of its response",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                        "a chunk has no size",
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                        "is not JSON")
                .entrySet()) {
            assertTrue(failure(wrong.getKey()).contains(wrong.getValue()), failure(wrong.getKey()));
        }
    }

    @Test
    void a_log_is_put_together_from_its_events() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String events = "event: stdout\ndata: {\"base64\":\"aGk=\"}\n\nevent: stderr\ndata: {\"base64\":\"IQ==\"}\n\n"
                + "event: truncated\ndata: {}\n\nevent: unheard-of\ndata: {}\n\n: a comment\n\n";
        String chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + events.substring(0, 5) + "\r\n"
                + Integer.toHexString(events.length() - 5) + ";x=y\r\n" + events.substring(5)
                + "\r\n0\r\nTrailer: x\r\n\r\n";
        try (FakeServer server = new FakeServer(folder, chunks)) {
            server.engine().logs(ID, ALL, output(out));
        }
        assertEquals("1hi2!...", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void invalid_base64_in_a_log_is_an_error_of_the_server() throws IOException {
        for (String data : List.of("{\"base64\":\"%%%\"}", "{", "[]")) {
            try (FakeServer server =
                    new FakeServer(folder, "HTTP/1.1 200 OK\r\n\r\nevent: stdout\ndata: " + data + "\n\n")) {
                RemoteEngine engine = server.engine();
                LogOutput output = output(new ByteArrayOutputStream());
                if (data.equals("[]")) {
                    engine.logs(ID, ALL, output);
                } else {
                    ClientException said = assertThrows(ClientException.class, () -> engine.logs(ID, ALL, output));
                    assertTrue(said.getMessage().startsWith("the connection to unix://"), said.getMessage());
                }
            }
        }
    }

    private static LogOutput output(ByteArrayOutputStream out) {
        return new LogOutput() {
            @Override
            public void write(int stream, byte[] bytes) {
                out.writeBytes(Integer.toString(stream).getBytes(StandardCharsets.UTF_8));
                out.writeBytes(bytes);
            }

            @Override
            public void truncated() {
                out.writeBytes("...".getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    @Test
    void files_are_copied_unchanged_and_a_truncated_tar_is_reported() throws IOException {
        try (FakeServer server = new FakeServer(folder, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")) {
            assertArrayEquals(
                    "abc".getBytes(StandardCharsets.UTF_8),
                    server.engine().read(ID, "/a b").readAllBytes());
            assertTrue(server.asked().get(0).startsWith("GET /v1/containers/" + ID + "/files?path=%2Fa+b "));
        }
        try (FakeServer server = new FakeServer(folder, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc")) {
            var body = server.engine().read(ID, "/");
            assertThrows(IOException.class, body::readAllBytes);
        }
    }

    @Test
    void no_id_leads_to_another_path() {
        for (String id : List.of("", "..", "a/b", ID + "?", ID.toUpperCase(java.util.Locale.ROOT), ID + "0")) {
            assertThrows(ClientException.class, () -> RemoteEngine.path(id));
        }
    }

    @Test
    void an_address_without_a_listener_is_named() {
        RemoteEngine engine = new RemoteEngine(new Server(
                ServerAddress.parse("unix://" + folder.resolve("none")), Optional.empty(), Optional.empty()));
        String said =
                assertThrows(ClientException.class, () -> engine.container(ID)).getMessage();
        assertTrue(said.startsWith("cannot connect to unix://" + folder.resolve("none") + ": "), said);
    }
}
