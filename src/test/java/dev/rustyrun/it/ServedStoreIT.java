package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that a service keeps on disk, and its behaviour when they are damaged, full, or another user's. Needs root.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedStoreIT {

    private static final String CREATE =
            "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"%s\"], \"timeoutSeconds\": 600}";
    /** Directories in which other users can make files. */
    private static final List<Path> SHARED = List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/dev/shm"));

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Server start(String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--data-folder", data().toString()));
        options.addAll(more.length > 0 ? List.of(more) : List.of("--warm", "0"));
        return Server.start(options.toArray(String[]::new));
    }

    private static String create(Server server, String script) throws Exception {
        HttpResponse<String> made = server.post("/v1/containers", CREATE.formatted(script));
        assertEquals(201, made.statusCode(), made.body());
        return made.headers().firstValue("Location").orElseThrow().replaceFirst(".*/v1/containers/", "");
    }

    private static String start(Server server, String id) throws Exception {
        HttpResponse<String> started = server.post("/v1/containers/" + id + "/start", "");
        assertTrue(started.statusCode() < 300, started.body());
        return id;
    }

    private static String status(Server server, String id) {
        try {
            return server.get("/v1/containers/" + id).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitStatus(Server server, String id, String status) {
        Host.eventually(
                id + " is " + status,
                () -> status(server, id).contains("\"status\":\"" + status + "\""),
                () -> status(server, id));
    }

    private static Set<Path> namesIn(List<Path> folders) throws IOException {
        Set<Path> all = new TreeSet<>();
        for (Path shared : folders) {
            if (Files.isDirectory(shared)) {
                try (Stream<Path> names = Files.list(shared)) {
                    names.forEach(all::add);
                }
            }
        }
        return all;
    }

    @Test
    void s8_a_service_makes_nothing_where_others_could_exchange_it() throws Exception {
        Set<Path> before = namesIn(SHARED);
        try (Server server = start()) {
            server.sh(200, "true");
            start(server, create(server, "true"));
            Set<Path> made = namesIn(SHARED);
            made.removeAll(before);
            // Files of the tests: the server's log, and those of the JVM that runs the tests.
            made.removeIf(path -> path.getFileName().toString().matches("rustyrun-it.*|hsperfdata_.*|junit.*"));
            assertEquals(Set.of(), made);
            for (Path own : List.of(data(), Path.of("/run/rustyrun"))) {
                try (Stream<Path> tree = Files.walk(own)) {
                    for (Path path : tree.toList()) {
                        expectNotWritableByOthers(path);
                    }
                }
            }
        }
        Set<Path> left = namesIn(SHARED);
        left.removeAll(before);
        left.removeIf(path -> path.getFileName().toString().matches("rustyrun-it.*|hsperfdata_.*|junit.*"));
        assertEquals(Set.of(), left);
    }

    private static void expectNotWritableByOthers(Path path) throws IOException {
        // A symbolic link has no permissions of its own; the folder's permissions decide who may replace it.
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(path)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            assertFalse(permissions.contains(PosixFilePermission.OTHERS_WRITE), path.toString());
            assertFalse(permissions.contains(PosixFilePermission.GROUP_WRITE), path.toString());
        }
    }

    @Test
    void s8_a_data_folder_that_others_can_write_or_exchange_is_refused() throws Exception {
        Files.createDirectories(data());
        Path laid = Files.createFile(data().resolve("laid"));
        for (String mode : List.of("777", "770", "1777")) {
            Launcher.execute(List.of("chmod", mode, data().toString()), "").expect(0);
            Launcher.Result refused = serve();
            assertTrue(refused.errorLine().contains(" is refused: others can write it"), refused.err());
        }
        Launcher.execute(List.of("chmod", "700", data().toString()), "").expect(0);
        Launcher.execute(List.of("chown", "4343", data().toString()), "").expect(0);
        assertTrue(serve().errorLine().contains("it belongs to user"), "of another user");
        Launcher.execute(List.of("chown", "0", data().toString()), "").expect(0);
        Files.delete(laid);
        // The mode of an emptyDir of Kubernetes.
        Launcher.execute(List.of("chmod", "777", data().toString()), "").expect(0);
        try (Server server = start()) {
            server.sh(200, "true");
            assertEquals(
                    "700",
                    Launcher.execute(List.of("stat", "-c", "%a", data().toString()), "")
                            .out()
                            .strip());
        }
    }

    /** Starts a service that must fail to start. */
    private Launcher.Result serve() {
        return Launcher.rustyrun("serve", "--port", "0", "--management-port", "0", "--data-folder", data().toString())
                .expect(125);
    }

    @Test
    void h27_a_second_service_on_the_same_data_folder_is_refused() throws Exception {
        try (Server first = start()) {
            Launcher.Result refused = serve();
            assertTrue(
                    refused.errorLine().contains("another service keeps its containers in " + data()), refused.err());
            first.sh(200, "true");
        }
        try (Server next = start()) {
            next.sh(200, "true");
        }
    }

    @Test
    void h25_sigterm_and_sigint_end_a_service_with_0_and_others_do_not_end_it() throws Exception {
        Set<Path> before = namesIn(List.of(Path.of("").toAbsolutePath()));
        for (String last : List.of("TERM", "INT")) {
            Server server = start();
            for (String name : List.of("HUP", "USR1", "HUP", "USR1")) {
                server.signal(name);
                server.sh(200, "true");
            }
            if (Launcher.isNative()) {
                server.signal("USR2");
                server.sh(200, "true");
            }
            server.signal(last);
            server.close();
            Host.eventually(
                    "the service has ended",
                    () -> !ProcessHandle.of(server.pid()).isPresent());
            assertEquals(0, server.exitCode(), last);
        }
        assertEquals(before, namesIn(List.of(Path.of("").toAbsolutePath())), "no heap dump");
    }

    @Test
    void h26_stale_containers_of_a_killed_service_are_removed_at_the_next_start() throws Exception {
        String lost;
        Server server = start("--warm", "2");
        try {
            lost = start(server, create(server, "sleep 300"));
            awaitStatus(server, lost, "running");
        } finally {
            server.kill();
        }
        // State of a launch of the service. All its processes have ended, and its request was not answered.
        Path left = Files.createDirectories(
                Path.of("/run/rustyrun/h26-" + ProcessHandle.current().pid()));
        Files.writeString(
                left.resolve("state.json"),
                "{\"id\":\"" + left.getFileName() + "\",\"pid\":0,\"startTime\":0,\"rootfs\":\"/\",\"cgroup\":\"\","
                        + "\"created\":\"\",\"runPid\":1,\"runStartTime\":1,\"setUp\":true,\"bundle\":\"\","
                        + "\"hasProcess\":true,\"hasLateHooks\":false,\"annotations\":{}}\n");
        Path unfinished = Files.createDirectory(data().resolve("0123456789ab"));
        Path removed = Files.createDirectory(data().resolve(".removed-0123456789ac"));
        Files.writeString(removed.resolve("log"), "");
        for (long pid : Host.processes().entrySet().stream()
                .filter(process -> process.getValue().contains("monitor " + data()))
                .map(java.util.Map.Entry::getKey)
                .toList()) {
            Host.signal(pid, "KILL");
        }
        try (Server next = start()) {
            assertFalse(Files.exists(left));
            assertFalse(Files.exists(unfinished));
            assertFalse(Files.exists(removed));
            Host.eventually(
                    "the container without a monitor is reported as exited",
                    () -> status(next, lost).contains("\"exited\"") || gc(next),
                    () -> status(next, lost));
        }
    }

    /** Asks the service for gc and returns false. At the service's start, the killed monitor may still have existed. */
    private static boolean gc(Server server) {
        try {
            server.post("/v1/gc", "");
            return false;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void h6_a_damaged_file_is_one_containers_problem() throws Exception {
        try (Server server = start()) {
            String whole = create(server, "true");
            Files.writeString(data().resolve(".keep"), "");
            Files.writeString(data().resolve("keep"), "");
            Files.writeString(data().resolve("0123456789ab"), "a file");
            for (String file : List.of("container.json", "started.json", "result.json")) {
                for (String damage : List.of("", "{", "\0\0\0", "[]", "null", "directory", "fifo")) {
                    String id = start(server, create(server, "sleep 4218"));
                    awaitStatus(server, id, "running");
                    damage(data().resolve(id).resolve(file), damage);
                    String what = file + " is " + damage;
                    assertEquals(200, server.get("/v1/containers").statusCode(), what);
                    assertTrue(server.get("/v1/containers").body().contains(whole), what);
                    assertTrue(status(server, id).contains("\"status\":\"broken\""), what + ": " + status(server, id));
                    assertTrue(status(server, id).contains(file), what + ": " + status(server, id));
                    assertEquals(409, server.delete("/v1/containers/" + id).statusCode(), what);
                    assertEquals(
                            409,
                            server.post("/v1/containers/" + id + "/start", "").statusCode(),
                            what);
                    HttpResponse<String> deleted = server.delete("/v1/containers/" + id + "?force=true");
                    assertEquals(204, deleted.statusCode(), what + ": " + deleted.body());
                    assertEquals(404, server.get("/v1/containers/" + id).statusCode(), what);
                    Host.expectEnded("4218");
                    assertFalse(Files.exists(data().resolve(id)), what);
                }
            }
        }
    }

    private static void damage(Path file, String damage) throws IOException {
        Files.deleteIfExists(file);
        switch (damage) {
            case "directory" -> Files.createDirectory(file);
            case "fifo" ->
                Launcher.execute(List.of("mkfifo", "-m", "600", file.toString()), "")
                        .expect(0);
            default -> Files.write(file, damage.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void h6_a_service_starts_with_any_files_in_its_data_folder() throws Exception {
        List<String> ids = new ArrayList<>();
        try (Server server = start()) {
            for (int i = 0; i < 3; i++) {
                ids.add(create(server, "true"));
            }
        }
        damage(data().resolve(ids.get(0)).resolve("container.json"), "{\"id\":");
        damage(data().resolve(ids.get(1)).resolve("started.json"), "\0\0\0\0");
        Files.writeString(data().resolve(".keep"), "");
        try (Server server = start()) {
            String all = server.get("/v1/containers").body();
            for (String id : ids) {
                assertTrue(all.contains(id), all);
            }
            assertTrue(status(server, ids.get(2)).contains("\"created\""));
            for (String id : ids) {
                assertEquals(
                        204,
                        server.delete("/v1/containers/" + id + "?force=true").statusCode());
            }
            assertTrue(server.get("/v1/containers").body().contains("\"items\":[]"));
        }
    }

    @Test
    void h7_without_space_a_container_continues_and_a_new_one_is_refused_and_leaves_nothing() throws Exception {
        Files.createDirectories(data());
        Launcher.execute(List.of("mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "none", data().toString()), "")
                .expect(0);
        try {
            try (Server server = start()) {
                String id = start(
                        server,
                        create(
                                server,
                                "i=0; while [ $i -lt 200 ]; do head -c 8192 /dev/zero; i=$((i+1)); done; exit 7"));
                awaitStatus(server, id, "exited");
                assertTrue(status(server, id).contains("\"exitCode\":7"), status(server, id));
                Set<Path> before = namesIn(List.of(data()));
                HttpResponse<String> refused = server.post("/v1/containers", CREATE.formatted("true"));
                assertEquals(507, refused.statusCode(), refused.body());
                assertEquals(before, namesIn(List.of(data())));
                assertEquals(204, server.delete("/v1/containers/" + id).statusCode());
                start(server, create(server, "true"));
            }
        } finally {
            Launcher.execute(List.of("umount", "-l", data().toString()), "").expect(0);
        }
    }
}
