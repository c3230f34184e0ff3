package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code rustyrun serve} as a process of its own. Needs root. */
class ServeIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void serve_is_ready_when_namespaces_can_be_made_and_stops_on_sigterm() throws Exception {
        Host.State before = Host.state();
        serving(List.of(), port -> {
            HttpResponse<String> ready = get(port, "/q/health/ready");
            assertEquals(200, ready.statusCode());
            assertTrue(ready.body().contains("namespaces"), ready.body());
            assertEquals(200, get(port, "/q/health/live").statusCode());
        });
        assertEquals(before, Host.state());
    }

    @Test
    void serve_without_the_right_to_make_namespaces_is_alive_but_not_ready_and_says_why() throws Exception {
        serving(List.of("setpriv", "--bounding-set", "-sys_admin"), port -> {
            HttpResponse<String> ready = get(port, "/q/health/ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("EPERM (Operation not permitted)"), ready.body());
            assertEquals(200, get(port, "/q/health/live").statusCode());
        });
    }

    private interface Use {
        void with(int port) throws Exception;
    }

    private static void serving(List<String> prefix, Use use) throws Exception {
        int port = freePort();
        Path log = java.nio.file.Files.createTempFile("rustyrun-it", ".log");
        Process serve = new ProcessBuilder(Stream.concat(prefix.stream(),
                Launcher.command("serve", "--port", Integer.toString(port)).stream()).toList())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            Host.eventually("serve answers", () -> answers(port), () -> Host.read(log.toString()));
            use.with(port);
        } finally {
            Host.signal(serve.pid(), "TERM");
            boolean ended = serve.waitFor(20, TimeUnit.SECONDS);
            serve.destroyForcibly();
            String said = Host.read(log.toString());
            java.nio.file.Files.delete(log);
            assertTrue(ended, "still running after SIGTERM: " + said);
        }
    }

    private static boolean answers(int port) {
        try {
            return get(port, "/q/health/live").statusCode() == 200;
        } catch (ConnectException notYet) {
            return false;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
