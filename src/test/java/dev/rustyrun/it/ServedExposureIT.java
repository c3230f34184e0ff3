package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What processes in a service's container can see of the stages that join it. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedExposureIT {

    private static final int TIMES = 30;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void S2_an_exec_over_http_shows_nothing_of_the_host_and_cannot_be_traced() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "of the host");
        String mounts = "RUSTYRUN_MOUNTS_ATTEMPTS=" + Attempts.program().getParent();
        for (String users : List.of("host", "auto")) {
            try (Server server = Server.startBy(List.of("env", mounts), "--userns", users)) {
                for (String user : List.of("0", "1000")) {
                    String made = server.post(
                                    "/v1/containers",
                                    "{\"rootfs\": \"busybox\", \"openStdin\": true, \"user\": \"" + user
                                            + "\", \"command\": [\"/hostile/attempts\", \"watch\", \"" + secret
                                            + "\", \"" + folder
                                            + "\"], \"mounts\": [{\"source\": \"attempts\", \"target\": \"/hostile\","
                                            + " \"readOnly\": true}]}")
                            .body();
                    String at = "/v1/containers/" + made.replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
                    WebSocketClient watcher = server.openWebSocket(at + "/attach?start=true", true, "resize 24 80");
                    watcher.expect("watching\n");
                    for (int i = 0; i < TIMES; i++) {
                        HttpResponse<String> ran = server.post(at + "/exec", "{\"command\": [\"/bin/true\"]}");
                        assertTrue(ran.body().contains("\"exitCode\":0"), ran.body());
                    }
                    watcher.send("eof");
                    assertEquals(1000, watcher.code());
                    Map<String, String> seen = Attempts.results(watcher.out());
                    assertTrue(Integer.parseInt(seen.get("seen")) > 0, "some were seen: " + seen);
                    for (String what : List.of("root", "told", "stronger")) {
                        assertEquals("0", seen.get(what), users + " " + user + " " + seen);
                    }
                    assertEquals(204, server.delete(at).statusCode());
                }
            }
        }
    }
}
