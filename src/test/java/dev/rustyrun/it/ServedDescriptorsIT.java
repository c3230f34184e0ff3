package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A container inherits no descriptor of the service, and a launch leaves none open in the service. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedDescriptorsIT {

    private static final int LAUNCHES = 50;
    private static final String OPEN = "for f in /proc/1/fd/* /proc/self/fd/*; do readlink $f; done; echo end";
    private static final Pattern TEXT = Pattern.compile("\"stdout\":\\{[^}]*\"text\":\"([^\"]*)\"");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start(String userns, int warm) throws IOException, InterruptedException {
        Assumptions.assumeTrue(userns.equals("host") || Launcher.isNative(), "a JVM cannot make a user namespace");
        Server server = Server.startBy(List.of(
                "env",
                "RUSTYRUN_USERNS=" + userns,
                "RUSTYRUN_WARM=" + warm,
                "RUSTYRUN_DATA_FOLDER=" + folder.resolve("data")));
        awaitWarm(server, warm);
        return server;
    }

    private static void awaitWarm(Server server, int warm) {
        Host.eventually(warm + " are warm", () -> {
            try {
                return server.get("/v1/info").body().contains("\"warm\":" + warm);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Expects that the command's shell has open only pipes and /dev/null. */
    private static void expectOnlyPipes(String answer) {
        Matcher text = TEXT.matcher(answer);
        assertTrue(text.find(), answer);
        List<String> files = List.of(text.group(1).split("\\\\n"));
        assertTrue(files.contains("end") && files.size() > 3, answer);
        assertEquals(
                List.of(),
                files.stream()
                        .filter(file -> !file.matches("end|pipe:\\[[0-9]+]|/dev/null"))
                        .toList(),
                answer);
    }

    @ParameterizedTest
    @CsvSource({"auto, 0", "auto, 1", "host, 0", "host, 1"})
    void no_descriptor_of_the_service_is_open_in_a_container(String userns, int warm) throws Exception {
        try (Server server = start(userns, warm)) {
            expectOnlyPipes(server.sh(200, OPEN));
            awaitWarm(server, warm);
            expectOnlyPipes(server.sh(200, OPEN, "\"user\": \"1000\", \"network\": \"none\", \"tmpfs\": [\"/t\"]"));
            if (!Launcher.isNative()) {
                return;
            }
            String at = running(server);
            expectOnlyPipes(exec(server, at));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static String running(Server server) throws IOException, InterruptedException {
        return server.post(
                        "/v1/containers",
                        "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"32000\"], \"start\": true}")
                .headers()
                .firstValue("Location")
                .orElseThrow()
                .replaceFirst(".*(/v1/containers/)", "$1");
    }

    private static String exec(Server server, String at) throws IOException, InterruptedException {
        var answer = server.post(at + "/exec", "{\"command\": [\"/bin/sh\", \"-c\", \"" + OPEN + "\"]}");
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    @ParameterizedTest
    @CsvSource({"auto, 0", "auto, 2", "host, 0"})
    void many_launches_leave_no_descriptor_open_in_the_service(String userns, int warm) throws Exception {
        try (Server server = start(userns, warm)) {
            // The first launches make the threads and connections that the service keeps.
            launches(server, 10);
            awaitWarm(server, warm);
            // The last launch may still be cleaned up after its answer was sent.
            Host.settled(() -> kindsOf(server.pid()).hashCode());
            TreeMap<String, Integer> before = kindsOf(server.pid());
            launches(server, LAUNCHES);
            awaitWarm(server, warm);
            Host.eventually(
                    "as many are open as before",
                    () -> kindsOf(server.pid()).equals(before),
                    () -> before + " before, now " + kindsOf(server.pid()));
        }
    }

    private static void launches(Server server, int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            server.sh(200, "true");
            String missing = server.post("/v1/run", "{\"rootfs\": \"busybox\", \"command\": [\"/no/such\"]}")
                    .body();
            assertTrue(missing.contains("/no/such"), missing);
        }
    }

    /** The number of descriptors of a process by kind. A kind is the link's target without its numbers and ids. */
    private static TreeMap<String, Integer> kindsOf(long pid) {
        TreeMap<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String file = Files.readSymbolicLink(descriptor).toString();
                    kinds.merge(file.replaceAll("[0-9a-f]{6,}|[0-9]+", "N"), 1, Integer::sum);
                } catch (IOException closed) {
                    // The descriptor was closed after it was listed.
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return kinds;
    }

    @Test
    void the_reaper_of_a_container_holds_nothing_of_the_service() throws Exception {
        try (Server server = start(Launcher.isNative() ? "auto" : "host", 0)) {
            String answer = server.sh(200, "ls -l /proc/1/fd 2>&1 | grep -v ^total; echo end", "\"init\": true");
            assertTrue(answer.contains("end"), answer);
            assertTrue(
                    !answer.contains("/sys/fs/cgroup") && !answer.contains(".ids") && !answer.contains("user:["),
                    answer);
            assertTrue(!answer.contains("mnt:[") && !answer.contains("/run/rustyrun"), answer);
        }
    }
}
