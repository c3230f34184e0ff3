package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code /v1/containers/{id}/ports/{port}/}: requests through the service to servers in containers without a network.
 * Needs root.
 */
class PortsIT {

    private static final String TOKEN = "launcher-0123456789";
    private static final String READER = "reader-0123456789";

    /** A server that answers with the lines of the request. */
    private static final String MIRROR = """
            printf 'HTTP/1.1 200 OK\\r\\nX-Inside: yes\\r\\nX-Hop: no\\r\\nConnection: close, X-Hop\\r\\n\\r\\n'
            while IFS= read -r line; do
                line=$(printf %s "$line" | tr -d '\\r')
                [ -n "$line" ] || break
                echo "$line"
            done
            """;

    /** A server that answers with a head and one line, and sends the rest when {@code /tmp/go} exists. */
    private static final String STREAM = """
            read -r line
            printf 'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\none\\n\\r\\n'
            until [ -e /tmp/go ]; do sleep 0.05; done
            printf '4\\r\\ntwo\\n\\r\\n0\\r\\n\\r\\n'
            """;

    /** A server that answers with the first line of the body as soon as that line has arrived. */
    private static final String FIRST_LINE = """
            while IFS= read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done
            read -r size; read -r line
            printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "${#line}" "$line"
            cat > /dev/null
            """;

    /** A web socket server that sends back each text of up to 125 bytes; RFC 6455. */
    private static final String WEB_SOCKET = """
            while IFS= read -r line; do
                line=$(printf %s "$line" | tr -d '\\r')
                [ -n "$line" ] || break
                case "$line" in [Ss]ec-[Ww]eb[Ss]ocket-[Kk]ey:*) key=${line#*: } ;; esac
            done
            printf %s "${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11" | sha1sum | cut -c 1-40 > /tmp/hex.$$
            accept=$(printf "$(sed 's/../\\\\x&/g' /tmp/hex.$$)" | base64)
            printf 'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: %s\\r\\n\\r\\n' "$accept"
            take() { dd bs=1 count=$1 2>/dev/null | od -An -v -tu1; }
            while set -- $(take 2) && [ -n "$1" ]; do
                size=$(($2 & 127))
                set -- $(take 4) $(take $size)
                [ $size -gt 0 ] || exit
                masks="$1 $2 $3 $4"; shift 4
                out=$(printf '\\\\x81\\\\x%02x' $size); i=0
                for byte in "$@"; do
                    mask=$(echo $masks | cut -d ' ' -f $((i % 4 + 1)))
                    out="$out$(printf '\\\\x%02x' $((byte ^ mask)))"; i=$((i + 1))
                done
                printf "$out"
            done
            """;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start(String... settings) throws IOException {
        return start(List.of(settings));
    }

    private Server start(List<String> settings, String... options) throws IOException {
        List<String> prefix = new ArrayList<>(List.of("env"));
        prefix.addAll(settings);
        List<String> all =
                new ArrayList<>(List.of("--data-folder", folder.resolve("data").toString(), "--warm", "0"));
        all.addAll(List.of(options));
        return Server.startBy(prefix, all.toArray(String[]::new));
    }

    /** A shell command for a server in a container that runs {@code script} for each connection to {@code port}. */
    private static String listen(int port, String script) {
        return "cat > /tmp/" + port + " <<'END'\n" + script + "END\n nc -ll -p " + port + " -e sh /tmp/"
                + port + " &\nuntil cat /proc/net/tcp* | grep -q ':" + String.format("%04X", port)
                + " .* 0A '; do sleep 0.05; done\n";
    }

    private static String body(String script, String network) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("rootfs", "busybox").put("start", true).put("network", network);
        json.putArray("tmpfs").add("/tmp");
        json.putArray("command").add("/bin/sh").add("-c").add(script + "\necho ready; exec sleep 31000");
        return json.toString();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Starts a container, waits until all its servers listen, and returns its address. */
    private String running(Server server, String script, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> made = server.post("/v1/containers", body(script, "none"), headers);
        assertEquals(201, made.statusCode(), made.body());
        String at = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
        HttpRequest.Builder logs = HttpRequest.newBuilder(URI.create(server.url() + at + "/logs"));
        if (headers.length > 0) {
            logs.headers(headers);
        }
        Host.eventually(
                "it is ready", () -> Server.quietly(() -> send(logs).body()).contains("ready"));
        return at;
    }

    private static HttpResponse<String> eventually200(Server server, String path) {
        Host.eventually(
                path + " answers", () -> Server.quietly(() -> server.get(path)).statusCode() == 200);
        return Server.quietly(() -> server.get(path));
    }

    private static void expectProblem(HttpResponse<String> answer, int status, String type) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"urn:rustyrun:problem:" + type + "\""), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
    }

    private static void remove(Server server, String at) throws IOException, InterruptedException {
        assertEquals(204, server.delete(at + "?force=true").statusCode());
    }

    @Test
    void requests_reach_a_server_in_a_container_without_a_network() throws Exception {
        String site = "mkdir -p /tmp/w/cgi-bin; echo inside > /tmp/w/index.html; echo deep > '/tmp/w/a b'\n"
                + "printf '#!/bin/sh\\necho; echo $REQUEST_METHOD $QUERY_STRING; cat' > /tmp/w/cgi-bin/x\n"
                + "chmod 755 /tmp/w/cgi-bin/x; httpd -p 127.0.0.1:8000 -h /tmp/w; httpd -p '[::1]:8001' -h /tmp/w\n";
        try (Server server = start()) {
            String at = running(server, site);
            assertEquals("inside\n", server.get(at + "/ports/8000/").body());
            assertEquals("inside\n", server.get(at + "/ports/8000").body());
            assertEquals("inside\n", server.get(at + "/ports/8001/").body(), "at ::1");
            assertEquals("deep\n", server.get(at + "/ports/8000/a%20b").body());
            assertEquals(404, server.get(at + "/ports/8000/none").statusCode());
            HttpResponse<String> posted = server.post(at + "/ports/8000/cgi-bin/x?a=%20&b", "the body");
            assertEquals("POST a=%20&b\nthe body", posted.body());
            HttpResponse<String> head = send(HttpRequest.newBuilder(URI.create(server.url() + at + "/ports/8000/"))
                    .method("HEAD", BodyPublishers.noBody()));
            assertEquals(200, head.statusCode());
            assertEquals("7", head.headers().firstValue("Content-Length").orElseThrow());
            assertEquals(
                    404,
                    send(HttpRequest.newBuilder(URI.create(server.url() + "/v1/containers/0123456789ab/ports/8000/")))
                            .statusCode());
            remove(server, at);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void credentials_of_the_caller_are_not_forwarded_and_roles_are_checked() throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "launch " + TOKEN + "\nread " + READER + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        try (Server server = start(List.of(), "--token-file", tokens.toString())) {
            String[] own = {"Authorization", "Bearer " + TOKEN};
            String at = running(server, listen(8000, MIRROR), own);
            URI uri = URI.create(server.url() + at + "/ports/8000/x/../y?q=1");
            HttpResponse<String> got = send(HttpRequest.newBuilder(uri)
                    .headers(own)
                    .header("Forwarded", "for=1.2.3.4")
                    .header("X-Forwarded-For", "1.2.3.4")
                    .header("X-Real-IP", "1.2.3.4")
                    .header("Cookie", "a=b"));
            assertEquals(200, got.statusCode(), got.body());
            List<String> lines = got.body().lines().toList();
            assertEquals("GET /x/../y?q=1 HTTP/1.1", lines.get(0));
            for (String line : List.of(
                    "Host: localhost:8000",
                    "X-Forwarded-For: 127.0.0.1",
                    "X-Forwarded-Proto: http",
                    "X-Forwarded-Host: 127.0.0.1:" + server.port(),
                    "X-Forwarded-Prefix: " + at + "/ports/8000")) {
                assertTrue(lines.stream().anyMatch(line::equalsIgnoreCase), line + " of " + got.body());
            }
            assertTrue(got.body().toLowerCase(Locale.ROOT).contains("cookie: a=b"), got.body());
            assertFalse(got.body().contains(TOKEN), got.body());
            assertFalse(got.body().contains("1.2.3.4"), got.body());
            assertEquals("yes", got.headers().firstValue("X-Inside").orElseThrow());
            assertTrue(got.headers().firstValue("X-Hop").isEmpty(), "named by Connection");
            assertTrue(got.headers()
                    .firstValue("Content-Security-Policy")
                    .orElse("")
                    .startsWith("sandbox"));

            HttpResponse<String> refused =
                    send(HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + READER));
            expectProblem(refused, 403, "forbidden");
            assertEquals(401, send(HttpRequest.newBuilder(uri)).statusCode());
            assertEquals(
                    204,
                    send(HttpRequest.newBuilder(URI.create(server.url() + at + "?force=true"))
                                    .headers(own)
                                    .DELETE())
                            .statusCode());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void cookies_of_a_server_come_back_to_its_port_and_to_no_other() throws Exception {
        String baker = """
                head=$(while IFS= read -r line && [ "$line" != "$(printf '\\r')" ]; do echo "$line"; done)
                printf 'HTTP/1.1 200 OK\\r\\nSet-Cookie: root=1; Path=/; Domain=127.0.0.1\\r\\nSet-Cookie: here=2\\r\\n'
                printf 'Set-Cookie: deep=3; Path=/deep\\r\\nConnection: close\\r\\n\\r\\n'
                echo "$head" | tr -d '\\r' | grep -i '^cookie:'
                """;
        CookieManager browser = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
        HttpClient visitor = HttpClient.newBuilder().cookieHandler(browser).build();
        try (Server server = start()) {
            String first = running(server, listen(8000, baker) + listen(8001, MIRROR));
            String second = running(server, listen(8000, MIRROR));
            visit(visitor, server, first + "/ports/8000/");
            for (HttpCookie cookie : browser.getCookieStore().getCookies()) {
                assertTrue(cookie.getPath().startsWith(first + "/ports/8000"), cookie.getPath());
            }
            assertEquals(3, browser.getCookieStore().getCookies().size());
            String again = visit(visitor, server, first + "/ports/8000/");
            assertTrue(again.contains("root=") && again.contains("here=") && !again.contains("deep="), again);
            String deep = visit(visitor, server, first + "/ports/8000/deep/er");
            assertTrue(deep.contains("deep="), deep);
            for (String other : List.of(first + "/ports/8001/", second + "/ports/8000/")) {
                String seen = visit(visitor, server, other);
                assertFalse(seen.toLowerCase(Locale.ROOT).contains("cookie"), seen);
            }
            HttpResponse<String> own = visitor.send(
                    HttpRequest.newBuilder(URI.create(server.url() + "/v1/containers"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(200, own.statusCode());
            remove(server, first);
            remove(server, second);
        }
    }

    private static String visit(HttpClient visitor, Server server, String path) throws Exception {
        HttpResponse<String> answer = visitor.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void no_thread_of_the_service_stays_in_the_network_of_a_container() throws Exception {
        try (Server server = start()) {
            String at = running(server, listen(8000, MIRROR));
            Path service = Path.of("/proc/" + server.pid());
            String network = Files.readSymbolicLink(service.resolve("ns/net")).toString();
            for (int i = 0; i < 10; i++) {
                assertEquals(200, server.get(at + "/ports/8000/").statusCode());
            }
            // Also for a port without a listener: the thread made a socket in the container's network, and connecting
            // failed.
            assertEquals(502, server.get(at + "/ports/9/").statusCode());
            Host.eventually(
                    "all threads are in the host's network",
                    () -> networksOf(service).equals(Set.of(network)));
            String sockets = Host.read("/proc/" + server.pid() + "/net/tcp");
            assertFalse(sockets.contains(":1F40 "), "the host's network has a socket of port 8000: " + sockets);
            remove(server, at);
        }
    }

    /** The network namespaces of a process's threads, without threads that have just ended. */
    private static Set<String> networksOf(Path process) {
        Set<String> networks = new TreeSet<>();
        for (String thread :
                Objects.requireNonNull(process.resolve("task").toFile().list())) {
            try {
                networks.add(Files.readSymbolicLink(process.resolve("task/" + thread + "/ns/net"))
                        .toString());
            } catch (IOException e) {
                // The thread has ended.
            }
        }
        return networks;
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void bodies_go_both_ways_piece_by_piece() throws Exception {
        try (Server server = start()) {
            String go = "touch /tmp/go; printf 'HTTP/1.1 204 No Content\\r\\n\\r\\n'\n";
            String at = running(
                    server, listen(8000, STREAM) + listen(8001, go) + listen(8002, FIRST_LINE) + listen(8003, MIRROR));
            eventually200(server, at + "/ports/8003/");
            try (BufferedReader in = new BufferedReader(
                    new InputStreamReader(server.getStream(at + "/ports/8000/"), StandardCharsets.UTF_8))) {
                assertEquals("one", in.readLine());
                assertEquals(204, server.get(at + "/ports/8001/").statusCode());
                assertEquals("two", in.readLine());
                assertEquals(null, in.readLine());
            }
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream()
                        .write(("POST " + at + "/ports/8002/ HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                                        + "\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
                byte[] got = new byte[4096];
                int length = 0;
                while (!new String(got, 0, length, StandardCharsets.UTF_8).endsWith("\r\n\r\nfirst")) {
                    int more = socket.getInputStream().read(got, length, got.length - length);
                    assertTrue(more > 0, new String(got, 0, length, StandardCharsets.UTF_8));
                    length += more;
                }
            }
            remove(server, at);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_web_socket_is_forwarded_to_the_server_inside() throws Exception {
        try (Server server = start()) {
            String at = running(server, listen(8000, WEB_SOCKET) + listen(8001, MIRROR));
            eventually200(server, at + "/ports/8001/");
            WebSocketClient socket = server.openWebSocket(at + "/ports/8000/chat?x", true);
            for (String text : List.of("hello", "a", "the last one")) {
                socket.send(text);
                Host.eventually("it comes back", () -> socket.last().equals(text), socket::last);
            }
            remove(server, at);
            Host.eventually("it is closed", socket::isClosed);

            String refusing = running(server, listen(8000, MIRROR));
            eventually200(server, refusing + "/ports/8000/");
            assertThrows(RuntimeException.class, () -> server.openWebSocket(refusing + "/ports/8000/", true));
            assertEquals(200, server.get(refusing + "/ports/8000/").statusCode(), "the service still works");
            remove(server, refusing);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void servers_that_do_not_speak_http_are_problems() throws Exception {
        try (Server server = start("RUSTYRUN_PORT_SECONDS=1")) {
            String head = "read -r line; printf 'HTTP/1.1 200 OK\\r\\n";
            String at = running(
                    server,
                    listen(8000, "printf 'SSH-2.0-none\\r\\n\\r\\n'; cat > /dev/null\n")
                            + listen(8001, "read -r line\n")
                            + listen(8002, "cat > /dev/null\n")
                            + listen(8003, head + "Content-Length: 10\\r\\n\\r\\nhalf'\n")
                            + listen(8004, head + "Transfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhalf\\r\\nzz'\n")
                            + listen(8005, head + "X: a\\001b\\r\\n\\r\\nx'\n")
                            + listen(8006, "read -r line; printf 'HTTP/1.1 101 Switching\\r\\n\\r\\nx'\n")
                            + listen(
                                    8007,
                                    "read -r line; while printf 'HTTP/1.1 100 Continue\\r\\n\\r\\n'; do :; done\n")
                            + listen(8008, head + "'; while printf 'X: %01000d\\r\\n' 1; do :; done\n")
                            + listen(8009, MIRROR));
            eventually200(server, at + "/ports/8009/");
            expectProblem(server.get(at + "/ports/8000/"), 502, "port-garbage");
            expectProblem(server.get(at + "/ports/8001/"), 502, "port-closed");
            expectProblem(server.get(at + "/ports/8002/"), 504, "port-timeout");
            assertThrows(IOException.class, () -> server.get(at + "/ports/8003/"));
            assertThrows(IOException.class, () -> server.get(at + "/ports/8004/"));
            expectProblem(server.get(at + "/ports/8005/"), 502, "port-garbage");
            expectProblem(server.get(at + "/ports/8006/"), 502, "port-garbage");
            expectProblem(server.get(at + "/ports/8007/"), 504, "port-timeout");
            expectProblem(server.get(at + "/ports/8008/"), 502, "port-garbage");
            expectProblem(server.get(at + "/ports/7999/"), 502, "port-refused");
            for (String wrong : List.of("0", "65536", "x", "-1", "008", "99999999999999999999")) {
                expectProblem(server.get(at + "/ports/" + wrong + "/"), 400, "invalid-port");
            }
            assertEquals(200, server.get(at + "/ports/8009/").statusCode());
            remove(server, at);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void only_a_running_container_with_a_network_of_its_own_has_ports() throws Exception {
        try (Server server = start("RUSTYRUN_ALLOW_HOST_NETWORK=true")) {
            String stopped = server.post(
                            "/v1/containers", body("", "none").replace("\"start\":true", "\"start\":false"))
                    .headers()
                    .firstValue("Location")
                    .orElseThrow()
                    .replaceFirst(".*(/v1/containers/)", "$1");
            expectProblem(server.get(stopped + "/ports/8000/"), 409, "conflict");
            remove(server, stopped);
            String paused = running(server, "");
            assertEquals(200, server.post(paused + "/pause", "").statusCode());
            expectProblem(server.get(paused + "/ports/8000/"), 409, "conflict");
            remove(server, paused);
            HttpResponse<String> made = server.post("/v1/containers", body("", "host"));
            assertEquals(201, made.statusCode(), made.body());
            String hosts =
                    made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
            HttpResponse<String> refused = server.get(hosts + "/ports/" + server.port() + "/v1/info");
            expectProblem(refused, 409, "conflict");
            assertTrue(refused.body().contains("the host's network"), refused.body());
            remove(server, hosts);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void bodies_and_connections_are_bounded() throws Exception {
        try (Server server = start(
                "RUSTYRUN_PORT_CONNECTIONS=1", "QUARKUS_HTTP_LIMITS_MAX_BODY_SIZE=100K", "RUSTYRUN_BODY_SECONDS=1")) {
            String at =
                    running(server, listen(8000, "cat > /dev/null\n") + listen(8001, MIRROR) + listen(8002, STREAM));
            eventually200(server, at + "/ports/8001/");
            byte[] large = new byte[300_000];
            expectProblem(
                    server.put(at + "/ports/8000/", "text/plain", BodyPublishers.ofByteArray(large)),
                    413,
                    "content-too-large");
            expectProblem(
                    server.put(
                            at + "/ports/8000/",
                            "text/plain",
                            BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large))),
                    413,
                    "content-too-large");
            try (Socket slow = new Socket("127.0.0.1", server.port())) {
                slow.setSoTimeout(60_000);
                slow.getOutputStream()
                        .write(("POST " + at + "/ports/8000/ HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                                        + "\r\nContent-Length: 10\r\n\r\nhalf")
                                .getBytes(StandardCharsets.UTF_8));
                String answer = new String(slow.getInputStream().readNBytes(13), StandardCharsets.UTF_8);
                assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
            }
            // The only connection becomes free a moment after the previous answer. A response that has begun to stream
            // occupies it.
            List<InputStream> held = new ArrayList<>();
            Host.eventually(
                    "it is held",
                    () -> Server.quietly(() -> {
                        HttpResponse<InputStream> next = client.send(
                                HttpRequest.newBuilder(URI.create(server.url() + at + "/ports/8002/"))
                                        .build(),
                                BodyHandlers.ofInputStream());
                        held.add(next.body());
                        return next.statusCode() == 200;
                    }));
            assertEquals("one\n", new String(held.get(held.size() - 1).readNBytes(4), StandardCharsets.UTF_8));
            assertEquals(429, server.get(at + "/ports/8001/").statusCode());
            assertEquals(200, server.get("/v1/info").statusCode());
            held.get(held.size() - 1).close();
            eventually200(server, at + "/ports/8001/");
            remove(server, at);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_end_of_the_container_and_of_the_service_end_what_streams() throws Exception {
        try (Server server = start()) {
            String at = running(server, listen(8000, STREAM) + listen(8001, MIRROR));
            eventually200(server, at + "/ports/8001/");
            InputStream first = server.getStream(at + "/ports/8000/");
            InputStream second = server.getStream(at + "/ports/8000/");
            assertEquals("one\n", new String(first.readNBytes(4), StandardCharsets.UTF_8));
            remove(server, at);
            assertThrows(IOException.class, first::readAllBytes);
            assertThrows(IOException.class, second::readAllBytes);
            String other = running(server, listen(8000, STREAM) + listen(8001, MIRROR));
            eventually200(server, other + "/ports/8001/");
            InputStream third = server.getStream(other + "/ports/8000/");
            server.signal("TERM");
            assertEquals("one\n", new String(third.readNBytes(4), StandardCharsets.UTF_8));
            assertThrows(IOException.class, third::readAllBytes);
        }
        try (Server next = start()) {
            for (String id : ids(next)) {
                remove(next, "/v1/containers/" + id);
            }
        }
    }

    private static List<String> ids(Server server) throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        new ObjectMapper()
                .readTree(server.get("/v1/containers").body())
                .path("items")
                .forEach(one -> ids.add(one.path("id").asText()));
        return ids;
    }
}
