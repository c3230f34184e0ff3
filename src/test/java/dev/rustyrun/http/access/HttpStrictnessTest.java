package dev.rustyrun.http.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** S20: invalid HTTP, and HTTP that two parsers may read differently, is refused with a problem on each port. */
@QuarkusTest
class HttpStrictnessTest {

    /** Stores the router of the management port, which Quarkus passes in an event. */
    @Singleton
    static class Management {

        private static Router router;

        void keep(@Observes ManagementInterface management) {
            router = management.router();
        }
    }

    @TestHTTPResource
    URI service;

    @TestHTTPResource(management = true)
    URI management;

    private final Map<String, Integer> expected = new LinkedHashMap<>();

    private static String get(String host, String... headers) {
        return "GET /q/health/live HTTP/1.1\r\n" + host + String.join("\r\n", headers)
                + (headers.length > 0 ? "\r\n" : "") + "Connection: close\r\n\r\n";
    }

    private static String post(String host, String headers, String body) {
        return "POST /v1/run HTTP/1.1\r\n" + host + "Content-Type: application/json\r\nConnection: close\r\n" + headers
                + "\r\n" + body;
    }

    private static String line(String host, String line) {
        return line + "\r\n" + host + "Connection: close\r\n\r\n";
    }

    private void requests(int port) {
        String host = "Host: 127.0.0.1:" + port + "\r\n";
        expected.put(get("Host: evil.example\r\n"), 403);
        expected.put(get("Host: evil.example:" + port + "\r\n"), 403);
        expected.put(get("Host: 127.0.0.1.evil.example\r\n"), 403);
        expected.put(get("Host: localhost.\r\n"), 403);
        expected.put(get("Host: evil.example\r\n", "X-Forwarded-Host: 127.0.0.1", "Forwarded: host=127.0.0.1"), 403);
        expected.put(get(host, "Origin: http://evil.example"), 403);
        expected.put(get(host, "Origin: null"), 403);
        expected.put(get(host, "Origin: http://127.0.0.1:" + port, "Origin: http://evil.example"), 400);
        expected.put(get(host + host), 400);
        expected.put(get(host + "Host: evil.example\r\n"), 400);
        expected.put(get("Host: 127.0.0.1, evil.example\r\n"), 400);
        expected.put(get("Host: evil@127.0.0.1\r\n"), 400);
        expected.put(get("Host: 127.0.0.1/x\r\n"), 400);
        expected.put(get("Host: \r\n"), 400);
        expected.put(get(""), 400);
        expected.put("GET /q/health/live HTTP/1.0\r\n\r\n", 400);

        expected.put(post(host, "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501);
        expected.put(post(host, "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501);
        expected.put(post(host, "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501);
        expected.put(post(host, "Transfer-Encoding: identity\r\n", ""), 501);
        expected.put(post(host, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400);
        expected.put(post(host, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
        expected.put(post(host, "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400);
        expected.put(post(host, "Transfer-Encoding: chunked\r\n", "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0"), 400);
        for (String length : List.of("+2", "-2", "0x2", "2, 2", "", "two", "99999999999999999999")) {
            expected.put(post(host, "Content-Length: " + length + "\r\n", "{}"), 400);
        }
        expected.put(post(host, "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400);
        expected.put(post(host, "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400);
        expected.put(post(host, "Content-Length: 2\r\nExpect: 200-maybe\r\n", "{}"), 417);

        expected.put(get(host, "X-A: a").replace("\r\n", "\n"), 400);
        expected.put(get(host, "X-A: b\nX-C: d"), 400);
        expected.put(get(host, "X-A: b\rX-C: d"), 400);
        expected.put(get(host, "X-A: b\0c"), 400);
        expected.put(get(host, "X\0A: b"), 400);
        expected.put(get(host, "X-A : b"), 400);
        expected.put(get(host, "X A: b"), 400);
        expected.put(get(host, "X(A): b"), 400);
        expected.put(get(host, ": b"), 400);
        expected.put(get(host, "no colon"), 400);
        expected.put(get(" " + host), 400);
        expected.put(get(host, "Authorization: Bearer a", "Authorization: Bearer b"), 400);
        expected.put(get(host, "X-A: a\r\n".repeat(5000) + "X-A: a"), 431);
        expected.put(get(host, "X-A: " + "a".repeat(100_000)), 431);
        expected.put(line(host, "GET /q/health/live?" + "a".repeat(20_000) + " HTTP/1.1"), 414);

        expected.put("GET /q/health/live\r\n\r\n", 400);
        for (String version : List.of("HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/3.0", "XTTP/1.1")) {
            expected.put(line(host, "GET /q/health/live " + version), 505);
        }
        for (String method : List.of("CONNECT", "TRACE", "FOO", "get", "PROPFIND")) {
            expected.put(line(host, method + " /q/health/live HTTP/1.1"), 501);
        }
        expected.put(line(host, "OPTIONS * HTTP/1.1"), 400);
        expected.put(line(host, "GET http://evil.example/q/health/live HTTP/1.1"), 400);
        expected.put(line("Host: evil.example\r\n", "GET http://127.0.0.1:" + port + "/q/health/live HTTP/1.1"), 400);
        expected.put(line("Host: evil.example\r\n", "GET http://evil.example/q/health/live HTTP/1.1"), 403);
        expected.put(line(host, "GET ftp://127.0.0.1:" + port + "/q/health/live HTTP/1.1"), 400);
        for (String path : List.of(
                "q/health/live",
                "/q\\health/live",
                "/q/health/live#x",
                "/q/health/live\0",
                "/q/health/live\u00e4",
                "/q/health/live%zz",
                "/q/health/live%0",
                "/q/health/live%00")) {
            expected.put(line(host, "GET " + path + " HTTP/1.1"), 400);
        }
    }

    private void check(int port) throws IOException {
        requests(port);
        List<String> wrong = new ArrayList<>();
        RawHttp http = new RawHttp(port);
        for (Map.Entry<String, Integer> each : expected.entrySet()) {
            RawHttp.Answer answer = http.send(each.getKey());
            if (answer.status() != each.getValue()
                    || !answer.isProblem()
                    || !answer.body().contains("\"detail\"")) {
                wrong.add(each.getKey().substring(0, Math.min(300, each.getKey().length())) + "expected "
                        + each.getValue() + ", got " + answer);
            }
        }
        assertEquals("", String.join("\n----\n", wrong));
    }

    @Test
    void s20_the_port_of_the_service_takes_only_http_to_the_letter() throws IOException {
        check(service.getPort());
    }

    @Test
    void s20_the_management_port_takes_only_http_to_the_letter_and_its_own_names() throws IOException {
        check(management.getPort());
        String host = "Host: localhost:" + management.getPort() + "\r\n";
        RawHttp http = new RawHttp(management.getPort());
        assertEquals(200, http.send(get(host)).status());
        String upgrade = get(host, "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
                .replace("Connection: close", "Connection: Upgrade, HTTP2-Settings");
        assertEquals(200, http.send(upgrade).status(), "no HTTP/2");
        assertEquals("", http.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").head(), "no HTTP/2 there either");
    }

    @Test
    void http_requests_are_answered_as_before() throws IOException {
        int port = service.getPort();
        RawHttp http = new RawHttp(port);
        String host = "Host: 127.0.0.1:" + port + "\r\n";
        for (String name : List.of("localhost", "LOCALHOST:" + port, "[::1]", "127.0.0.1", "127.1.2.3:1")) {
            assertEquals(
                    200,
                    http.send(line("Host: " + name + "\r\n", "GET /v1/info HTTP/1.1"))
                            .status(),
                    name);
        }
        assertEquals(200, http.send(line(host, "GET /v1/info HTTP/1.0")).status());
        assertEquals(
                200,
                http.send(line(host, "GET http://127.0.0.1:" + port + "/v1/containers?label=x=http://y HTTP/1.1"))
                        .status());
        assertEquals(200, http.send(line(host, "HEAD /v1/info HTTP/1.1")).status());
        assertEquals(
                422,
                http.send(post(host, "Transfer-Encoding: Chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"))
                        .status());
        assertEquals(422, http.send(post(host, "Content-Length: 2\r\n", "{}")).status());
        RawHttp.Answer interim = http.send(post(host, "Content-Length: 2\r\nExpect: 100-continue\r\n", "{}"));
        assertEquals(100, interim.status());
        String upgrade = "GET /v1/info HTTP/1.1\r\n" + host
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        assertEquals(200, http.send(upgrade).status(), "no HTTP/2");
    }

    @Test
    void s20_a_page_of_another_origin_opens_no_web_socket() throws IOException {
        int port = service.getPort();
        for (String path : List.of("attach", "exec/attach", "attach/", "exec//attach")) {
            RawHttp.Answer answer = new RawHttp(port)
                    .send("GET /v1/containers/0123456789ab/" + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: http://evil.example\r\n\r\n");
            assertEquals(403, answer.status(), path);
            assertTrue(answer.isProblem());
        }
    }

    @Test
    void a_bad_request_behind_a_good_one_is_answered_after_it_and_nothing_follows() throws IOException {
        int port = service.getPort();
        String host = "Host: 127.0.0.1:" + port + "\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET /v1/info HTTP/1.1\r\n" + host + "TRACE / HTTP/1.1\r\n" + host
                                    + "GET /v1/rootfs HTTP/1.1\r\n" + host)
                            .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(60_000);
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(all.startsWith("HTTP/1.1 200"), all);
            assertEquals(3, all.split("HTTP/1\\.1 [0-9]", -1).length, all);
            assertTrue(all.indexOf("\"limits\"") < all.indexOf("HTTP/1.1 501"), all);
            assertFalse(all.contains("items"), all);
        }
    }

    @Test
    void the_management_port_has_health_and_metrics_and_nothing_else() {
        Set<String> paths = new TreeSet<>();
        collect(Management.router, "", paths);
        // health-ui exists only while tests run, and answers 404.
        assertEquals(
                "",
                String.join(
                        " ",
                        paths.stream()
                                .filter(path -> !path.matches("/q/|/q/(health(/.*)?|metrics(/.*)?)|/q/health-ui"))
                                .toList()));
        assertFalse(paths.isEmpty());
    }

    private static void collect(Router from, String prefix, Set<String> paths) {
        for (Route route : from.getRoutes()) {
            if (route.getPath() != null) {
                String path = (prefix + route.getPath()).replace("//", "/");
                paths.add(path);
                if (route.getSubRouter() != null) {
                    collect(route.getSubRouter(), path, paths);
                }
            }
        }
    }
}
