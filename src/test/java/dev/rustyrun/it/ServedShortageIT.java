package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service with a low limit of open files. Needs root. */
@NativeOnly("a JVM opens files of its own, such as classes, at any moment")
class ServedShortageIT {

    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f]{12})\"");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void a_failed_creation_leaves_no_container() throws Exception {
        try (Server server =
                Server.start("--data-folder", folder.resolve("data").toString())) {
            String body =
                    "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"32100\"], \"start\": true, \"network\": \"none\"}";
            Set<String> told = new TreeSet<>();
            told.add(id(server.post("/v1/containers", body).body()));
            TreeSet<Integer> statuses = new TreeSet<>();
            for (int more = 0; more < 24; more++) {
                limit(server, limitFor(server, more));
                var answer = server.post("/v1/containers", body);
                limit(server, 1024);
                statuses.add(answer.statusCode());
                if (answer.statusCode() == 201) {
                    told.add(id(answer.body()));
                } else {
                    assertTrue(answer.statusCode() >= 500, answer.body());
                    assertEquals("", answer.headers().firstValue("Location").orElse(""));
                }
                assertEquals(told, listed(server), more + " more files: " + answer.statusCode() + " " + answer.body());
            }
            assertTrue(statuses.contains(201) && statuses.size() > 1, "both were seen: " + statuses);
            for (String id : told) {
                assertEquals(
                        204,
                        server.delete("/v1/containers/" + id + "?force=true").statusCode());
            }
            Host.expectEnded("/bin/sleep 32100");
        }
    }

    private static Set<String> listed(Server server) throws Exception {
        return ID.matcher(server.get("/v1/containers").body())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String id(String container) {
        return ID.matcher(container).results().findFirst().orElseThrow().group(1);
    }

    /** The limit of open files with which the process can open this many more. */
    private static int limitFor(Server server, int more) throws Exception {
        Set<Integer> open;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            open = descriptors
                    .map(file -> Integer.valueOf(file.getFileName().toString()))
                    .collect(Collectors.toSet());
        }
        return IntStream.iterate(0, number -> number + 1)
                .filter(number -> !open.contains(number))
                .skip(more)
                .findFirst()
                .orElseThrow();
    }

    private static void limit(Server server, int files) {
        Launcher.execute(List.of("prlimit", "--pid", Long.toString(server.pid()), "--nofile=" + files + ":"), "")
                .expect(0);
    }
}
