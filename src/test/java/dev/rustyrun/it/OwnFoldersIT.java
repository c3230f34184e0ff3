package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files that the command line and the service make, as root and as an ordinary user without XDG_RUNTIME_DIR. Everything
 * made in a directory that others can write to is noticed, however short it exists. Needs root to become that user.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class OwnFoldersIT {

    private static final String USER = "4242";
    private static final List<Path> SHARED = List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/dev/shm"));
    /** Files that these or concurrent tests make, and those of a JVM. */
    private static final String NOT_OURS = "rustyrun-it.*|rustyrun-bundle.*|junit.*|hsperfdata_.*";

    private Path folder;
    private WatchService watch;
    private Path program;

    @BeforeEach
    void begin() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
        sh(
                "mkdir \"$0/roots\" \"$0/home\" \"$0/bundle\"; cp -a \"$1\" \"$0/roots/busybox\"; chmod -R a+rX \"$0\"",
                folder.toString(),
                Launcher.busybox().toString());
        watch = folder.getFileSystem().newWatchService();
        for (Path shared : SHARED) {
            if (Files.isDirectory(shared)) {
                shared.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            }
        }
    }

    @AfterEach
    void end() throws IOException {
        if (watch != null) {
            watch.close();
            Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
        }
    }

    private static void sh(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        command.addAll(List.of(arguments));
        Launcher.execute(command, "").expect(0);
    }

    private Set<String> madeInShared() {
        Set<String> made = new TreeSet<>();
        for (WatchKey key = watch.poll(); key != null; key = watch.poll()) {
            Path where = (Path) key.watchable();
            key.pollEvents().stream()
                    .map(event -> String.valueOf(event.context()))
                    .filter(name -> !name.matches(NOT_OURS))
                    .map(name -> where + "/" + name)
                    .forEach(made::add);
            key.reset();
        }
        return made;
    }

    private static void expectOwn(Path tree, int user) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.toList()) {
                if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(path)) {
                    continue;
                }
                Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
                assertEquals(user, Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS), path.toString());
                assertTrue(
                        !mode.contains(PosixFilePermission.OTHERS_WRITE)
                                && !mode.contains(PosixFilePermission.GROUP_WRITE),
                        path + " " + mode);
            }
        }
    }

    /** Runs each command in the life of two containers, and checks the files made while the containers exist. */
    private void live(List<String> prefix, Path store, int user, boolean rootless) throws Exception {
        sh(
                "cd $0 && rm -f config.json && " + (rootless ? "\"$@\" spec --rootless" : "\"$@\" spec")
                        + " && sed -i -e 's|\"terminal\" *: *true|\"terminal\":false|' -e 's|\"sh\"|\"sleep\",\"4219\"|'"
                        + " -e 's|\"path\" *: *\"rootfs\"|\"path\":\"" + folder + "/roots/busybox\"|' config.json",
                Stream.concat(Stream.of(folder.resolve("bundle").toString()), prefix.stream())
                        .toArray(String[]::new));
        command(prefix, "run", "--rootfs", folder + "/roots/busybox", "--command", "true");
        command(prefix, "create", "--bundle", folder + "/bundle", "own-folders");
        expectOwn(store, user);
        command(prefix, "start", "own-folders");
        if (Launcher.isNative()) {
            // Only the files that exec makes matter here, not whether it succeeds.
            List<String> exec = new ArrayList<>(prefix);
            exec.addAll(List.of("exec", "own-folders", "true"));
            Launcher.execute(exec, "");
        }
        command(prefix, "list");
        expectOwn(store, user);
        command(prefix, "kill", "own-folders", "KILL");
        command(prefix, "delete", "--force", "own-folders");
        command(prefix, "gc");
        expectOwn(store, user);
    }

    private static void command(List<String> prefix, String... words) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of(words));
        Launcher.execute(all, "").expect(0);
    }

    private List<String> asOrdinaryUser() {
        return Launcher.asUser(USER, "-u", "XDG_STATE_HOME", "HOME=" + folder.resolve("home"), program.toString());
    }

    @Test
    void s8_the_command_line_of_root_makes_nothing_where_others_could_exchange_it() throws Exception {
        live(List.of(program.toString()), Path.of("/run/rustyrun"), 0, false);
        assertEquals(Set.of(), madeInShared());
    }

    @Test
    void s9_the_command_line_of_an_ordinary_user_makes_nothing_where_others_could_exchange_it() throws Exception {
        sh("chown -R " + USER + ":" + USER + " $0/home $0/bundle $0/roots", folder.toString());
        live(asOrdinaryUser(), folder.resolve("home/.local/state/rustyrun"), Integer.parseInt(USER), true);
        expectOwn(folder.resolve("home"), Integer.parseInt(USER));
        assertEquals(Set.of(), madeInShared());
    }

    @Test
    void s8_a_service_of_root_makes_nothing_where_others_could_exchange_it() throws Exception {
        serve(Server.start("--warm", "1"), Path.of("/run/rustyrun"));
    }

    @Test
    void s9_a_service_of_an_ordinary_user_makes_nothing_where_others_could_exchange_it() throws Exception {
        sh("chown -R " + USER + ":" + USER + " $0/home $0/roots", folder.toString());
        List<String> command = new ArrayList<>(asOrdinaryUser());
        command.addAll(List.of("serve", "--port", "0", "--management-port", "0", "--rootfs-folder", folder + "/roots"));
        // Such a service refuses to start, because it could launch nothing (H28).
        Launcher.execute(command, "").expect(125).errorLine();
        expectOwn(folder.resolve("home"), Integer.parseInt(USER));
        assertEquals(Set.of(), madeInShared());
    }

    private void serve(Server started, Path store) throws Exception {
        try (Server server = started) {
            String launch = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"0.1\"]}";
            assertEquals(200, server.post("/v1/run", launch).statusCode());
            var made = server.post("/v1/containers", launch);
            assertEquals(201, made.statusCode(), made.body());
            String path = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*/v1/", "/v1/");
            assertTrue(server.post(path + "/start", "").statusCode() < 300);
            expectOwn(store, 0);
            assertEquals(204, server.delete(path + "?force=true").statusCode());
            assertTrue(server.post("/v1/gc", "").statusCode() < 300);
            expectOwn(store, 0);
        }
        assertEquals(Set.of(), madeInShared());
    }
}
