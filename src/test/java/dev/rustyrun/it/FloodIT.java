package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No input of one client stops answers to others, makes memory grow without limit, or fills the log. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class FloodIT {

    private static final int FRAMES_AT_ONCE = 10_000;
    private static final int TIMES = 500;
    private static final long MAX_GROWTH = 100L << 20;
    /**
     * A small heap, because a JVM would rather grow its heap than collect garbage. The native executable has limits of
     * its own.
     */
    private static final List<String> SMALL_HEAP = List.of("env", "JAVA_TOOL_OPTIONS=-Xmx192m");

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static String create(Server server, String script) throws Exception {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script
                        + "\"], \"start\": true, \"openStdin\": true}");
        assertEquals(201, made.statusCode(), made.body());
        return made.body().replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
    }

    private static long residentBytes(Server server) {
        return Long.parseLong(Host.read("/proc/" + server.pid() + "/status")
                        .replaceFirst("(?s).*VmRSS:\\s*([0-9]+) kB.*", "$1"))
                * 1024;
    }

    private static long sockets(Server server) {
        try (var open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).toString().startsWith("socket:");
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void expectAnswers(Server server, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertEquals(200, server.get("/v1/containers").statusCode());
            assertEquals(200, server.health("live").statusCode());
            assertEquals(200, server.health("ready").statusCode());
            assertTrue(server.sh(200, "echo still here").contains("still here"));
        }
    }

    @ParameterizedTest
    @CsvSource({"0x89,ping", "0x82,b", "0x82,''", "0x01,''", "0x81,resize 20 80", "0x8a,pong"})
    void f1_a_flood_of_small_frames_blocks_nobody_and_fills_no_memory(String first, String payload) throws Exception {
        try (Server server = Server.startBy(SMALL_HEAP)) {
            String id = create(server, "cat > /dev/null");
            expectAnswers(server, 3);
            long before = residentBytes(server);
            byte[] one = Flood.frame(Integer.decode(first), payload);
            if (first.equals("0x01")) {
                // The first fragment of a text message, whose last fragment never comes.
                try (Flood fragments = flood(server, id, true, Flood.frame(0x00, ""), one)) {
                    expectService(server, List.of(fragments), before);
                }
            } else {
                try (Flood a = flood(server, id, true, one);
                        Flood b = flood(server, id, true, one);
                        Flood c = flood(server, id, false, one)) {
                    expectService(server, List.of(a, b, c), before);
                }
            }
            expectAnswers(server, 3);
            server.delete("/v1/containers/" + id + "?force=true");
        }
    }

    private static Flood flood(Server server, String id, boolean reads, byte[] frame, byte... begin)
            throws IOException {
        return new Flood(
                server, "/v1/containers/" + id + "/attach", reads, begin, Flood.times(frame, FRAMES_AT_ONCE), TIMES);
    }

    /** Expects answers to other requests while the floods go on or after the service has ended them. */
    private static void expectService(Server server, List<Flood> floods, long before) throws Exception {
        for (Flood flood : floods) {
            Host.eventually("the flood has begun", () -> flood.rounds() > 0 || flood.isOver());
        }
        expectAnswers(server, 10);
        for (Flood flood : floods) {
            assertTrue(flood.rounds() < TIMES, "all " + TIMES * FRAMES_AT_ONCE + " frames were taken meanwhile");
        }
        long grown = residentBytes(server) - before;
        assertTrue(grown < MAX_GROWTH, "grown by " + grown / (1 << 20) + " MiB");
    }

    @Test
    void f3_connections_that_are_reset_or_break_the_protocol_leave_nothing_in_the_log() throws Exception {
        // Without warm launches: each has a socket of its own, and their number changes.
        try (Server server = Server.start("--warm", "0")) {
            String id = create(server, "while echo output; do :; done");
            expectAnswers(server, 3);
            String before = server.log();
            long open = sockets(server);
            List<byte[]> last = List.of(
                    new byte[0],
                    new byte[] {(byte) 0x82},
                    Flood.frame(0x82, "input"),
                    Flood.frame(0x89, "ping"),
                    // An unknown opcode; a frame that is too long; an unmasked frame; a close frame without a code; a
                    // text that is no command.
                    Flood.frame(0x87, "x"),
                    new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0},
                    new byte[] {(byte) 0x82, 1, 'x'},
                    Flood.frame(0x88, "x"),
                    Flood.frame(0x81, "x"),
                    Flood.frame(0x80, "x"));
            for (String path : List.of("attach", "exec/attach")) {
                for (byte[] sent : last) {
                    for (int i = 0; i < 5; i++) {
                        Socket socket = Flood.open(server, "/v1/containers/" + id + "/" + path);
                        socket.getOutputStream().write(sent);
                        socket.setSoLinger(true, 0);
                        Thread.sleep(i * 5L);
                        socket.close();
                    }
                }
            }
            Host.eventually("all are closed", () -> sockets(server) <= open + 2);
            expectAnswers(server, 3);
            server.delete("/v1/containers/" + id + "?force=true");
            String said = server.log().substring(before.length());
            assertFalse(
                    said.lines().anyMatch(line -> !line.contains("rustyrun.launch")),
                    () -> said.substring(0, Math.min(said.length(), 4000)));
        }
    }

    @Test
    void f5_pipelined_requests_are_processed_one_at_a_time_and_block_nobody() throws Exception {
        int connections = 60;
        int requests = 400;
        try (Server server = Server.start()) {
            expectAnswers(server, 3);
            AtomicInteger answers = new AtomicInteger();
            CountDownLatch ended = new CountDownLatch(connections);
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Socket socket = new Socket("127.0.0.1", server.port());
                open.add(socket);
                socket.getOutputStream().write(pipelined("GET /v1/containers", requests));
                Thread reader = new Thread(() -> {
                    count(socket, answers);
                    ended.countDown();
                });
                reader.setDaemon(true);
                reader.start();
            }
            Host.eventually("they are answered", () -> answers.get() > 0);
            for (int i = 0; i < 10; i++) {
                assertEquals(200, server.get("/v1/info").statusCode());
                assertEquals(200, server.health("ready").statusCode());
            }
            int meanwhile = answers.get();
            assertTrue(meanwhile < connections * requests / 2, meanwhile + " came before others were answered");
            ended.await();
            assertEquals(connections * requests, answers.get());
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void f5_pipelined_requests_of_a_client_that_closes_its_side_are_all_answered() throws Exception {
        int requests = 5_000;
        try (Server server = Server.start()) {
            AtomicInteger answers = new AtomicInteger();
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                Thread reader = new Thread(() -> count(socket, answers));
                reader.start();
                socket.getOutputStream().write(pipelined("GET /v1/info", requests));
                socket.shutdownOutput();
                reader.join();
            }
            assertEquals(requests, answers.get());
        }
    }

    /** Requests for one connection; the last one closes it. */
    private static byte[] pipelined(String request, int times) {
        String head = request + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        return ((head + "\r\n").repeat(times - 1) + head + "Connection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Counts the answers with status 200 until the connection ends. */
    private static void count(Socket socket, AtomicInteger answers) {
        byte[] sign = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);
        try (InputStream in = new java.io.BufferedInputStream(socket.getInputStream())) {
            int found = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                found = next == sign[found] ? found + 1 : next == sign[0] ? 1 : 0;
                if (found == sign.length) {
                    answers.incrementAndGet();
                    found = 0;
                }
            }
        } catch (IOException e) {
            // The socket was closed; only what was received before counts.
        }
    }
}
