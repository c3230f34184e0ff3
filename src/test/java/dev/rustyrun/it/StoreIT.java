package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state of containers: its owner, and the handling of states that cannot be used. */
@NativeOnly("the same code runs on a JVM, many times slower")
class StoreIT {

    private static final String VICTIM = "4242";
    private static final String ATTACKER = "4343";
    private static final String SHARED = "/tmp/rustyrun-" + VICTIM;
    /** Every command that reads a state, with the arguments that it needs. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("list"),
            List.of("delete", "--force", "web"),
            List.of("delete", "--force", "--regex", "."),
            List.of("kill", "web", "KILL"),
            List.of("kill", "--all", "web", "KILL"),
            List.of("gc"),
            List.of("state", "web"),
            List.of("events", "--stats", "web"),
            List.of("pause", "web"),
            List.of("resume", "web"),
            List.of("ps", "web"),
            List.of("update", "--memory", "64m", "web"),
            List.of("start", "web"));

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        run("chmod", "755", folder.toString());
    }

    @AfterEach
    void remove() {
        run("rm", "-rf", folder.toString(), SHARED);
    }

    private static void run(String... command) {
        Launcher.execute(List.of(command), "").expect(0);
    }

    /** Makes a container's folder as another user could: with a hook that shows whose state was used. */
    private void plant(String store, String owner) throws IOException {
        Path web = Files.createDirectories(Path.of(store, "web"));
        Files.writeString(
                web.resolve("state.json"),
                "{\"id\":\"web\",\"pid\":0,\"startTime\":0,\"rootfs\":\"/\",\"cgroup\":\"\",\"created\":\"\",\"runPid\":1,"
                        + "\"runStartTime\":1,\"setUp\":true,\"bundle\":\"" + folder + "\",\"hasProcess\":true,"
                        + "\"hasLateHooks\":true,\"annotations\":{}}\n");
        Files.writeString(
                web.resolve("config.json"),
                "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"/\"},\"process\":{\"cwd\":\"/\",\"args\":[\"true\"],"
                        + "\"user\":{\"uid\":0,\"gid\":0}},\"linux\":{},\"hooks\":{\"poststop\":[{\"path\":\"/bin/touch\","
                        + "\"args\":[\"touch\",\"" + folder + "/hooked\"]}]}}");
        run("chown", "-R", owner + ":" + owner, store);
        run("chmod", "-R", "a+rX", store);
    }

    private Launcher.Result as(String user, List<String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--reuid",
                user,
                "--regid",
                user,
                "--clear-groups",
                "env",
                "-i",
                "PATH=" + System.getenv("PATH")));
        command.addAll(environment);
        command.addAll(program());
        command.addAll(List.of(arguments));
        return Launcher.execute(command, "");
    }

    /** A copy of the program, because another user may not be able to read the build directory. */
    private List<String> program() {
        Path built = Path.of(Launcher.command().get(0));
        Path copy = folder.resolve("bin");
        if (!Files.exists(copy)) {
            Launcher.execute(
                            List.of(
                                    "sh",
                                    "-c",
                                    "mkdir \"$1\"; for f in rustyrun rustyrun-jvm rustyrun.jar libjffi-1.2.so; do"
                                            + " cp -p \"$0/$f\" \"$1\" 2>/dev/null; done; chmod -R a+rX \"$1\"",
                                    built.getParent().toString(),
                                    copy.toString()),
                            "")
                    .expect(0);
        }
        return List.of(copy.resolve(built.getFileName()).toString());
    }

    private void expectNotMine(Launcher.Result result, String... command) {
        result.expectFailure();
        assertTrue(result.errorLine().contains(" is refused: "), String.join(" ", command) + ": " + result.err());
        assertEquals("", result.out(), String.join(" ", command));
        assertFalse(Files.exists(folder.resolve("hooked")), String.join(" ", command));
    }

    @Test
    void s9_every_command_refuses_a_folder_in_tmp_of_another_user() throws IOException {
        plant(SHARED, ATTACKER);
        for (List<String> command : COMMANDS) {
            String[] words = command.toArray(String[]::new);
            expectNotMine(as(VICTIM, List.of(), words), words);
        }
        assertTrue(Files.exists(Path.of(SHARED, "web/state.json")));
    }

    @Test
    void s9_a_store_of_mine_that_others_can_write_is_refused() throws IOException {
        plant(SHARED, VICTIM);
        for (String mode : List.of("777", "770", "1777", "702")) {
            run("chmod", mode, SHARED);
            for (List<String> command : List.of(List.of("list"), List.of("delete", "--force", "web"), List.of("gc"))) {
                String[] words = command.toArray(String[]::new);
                expectNotMine(as(VICTIM, List.of(), words), words);
            }
        }
    }

    @Test
    void s9_a_link_of_another_user_is_refused() throws IOException {
        plant(folder + "/real", VICTIM);
        Files.createSymbolicLink(Path.of(SHARED), folder.resolve("real"));
        run("chown", "-h", ATTACKER, SHARED);
        expectNotMine(as(VICTIM, List.of(), "delete", "--force", "web"), "delete");
    }

    @Test
    void s9_roots_store_is_refused_where_others_can_exchange_it() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        String store = shared.resolve("store").toString();
        plant(store, "0");
        run("chown", ATTACKER, shared.toString());
        for (List<String> command : COMMANDS) {
            List<String> words = new ArrayList<>(List.of("--root", store));
            words.addAll(command);
            String[] all = words.toArray(String[]::new);
            expectNotMine(Launcher.rustyrun(all), all);
        }
        run("chown", "0", shared.toString());
        run("chmod", "777", shared.toString());
        expectNotMine(Launcher.rustyrun("--root", store, "list"), "list");
        run("chmod", "1777", shared.toString());
        assertTrue(Launcher.rustyrun("--root", store, "list").expect(0).out().contains("web"));
    }

    @Test
    void s9_a_state_or_config_of_another_user_is_not_used() throws IOException {
        String store = folder + "/store";
        plant(store, "0");
        run("chown", ATTACKER, store + "/web/state.json");
        Launcher.Result listed = Launcher.rustyrun("--root", store, "list").expect(0);
        assertTrue(listed.out().matches("(?s).*web +0 +broken.*"), listed.out());
        run("chown", "0", store + "/web/state.json");
        run("chown", ATTACKER, store + "/web/config.json");
        Launcher.Result deleted =
                Launcher.rustyrun("--root", store, "delete", "web").expect(0);
        assertTrue(deleted.err().contains(" is refused: "), deleted.err());
        assertFalse(Files.exists(folder.resolve("hooked")));
    }

    @Test
    void s9_without_a_runtime_folder_the_store_of_an_ordinary_user_is_in_the_home_directory() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        run("chown", VICTIM + ":" + VICTIM, home.toString());
        plant(home + "/.local/state/rustyrun", VICTIM);
        plant(SHARED, ATTACKER);
        run("chown", "-R", VICTIM + ":" + VICTIM, home + "/.local");
        Launcher.Result listed =
                as(VICTIM, List.of("HOME=" + home), "list", "--quiet").expect(0);
        assertEquals("web\n", listed.out());
    }

    @Test
    void c27_a_broken_container_is_listed_and_delete_force_ends_its_processes() throws Exception {
        for (String damage :
                List.of("", "{", "\0\0\0\0", "cut", "[]", "{\"id\":\"other\"}", "directory", "fifo", "missing")) {
            String id = "c27-" + ProcessHandle.current().pid();
            Process process = Launcher.start("--name", id, "--command", "sleep", "4217");
            Path state = Path.of("/run/rustyrun", id, "state.json");
            Host.eventually(
                    "it runs",
                    () -> Files.exists(state) && Host.read(state.toString()).contains("\"setUp\":true"));
            break_(state, damage);
            if (!damage.equals("missing")) {
                Launcher.Result listed = Launcher.rustyrun("list").expect(0);
                assertTrue(listed.out().matches("(?s).*" + id + " +0 +broken.*"), damage + ": " + listed.out());
                Launcher.Result refused = Launcher.rustyrun("kill", id, "KILL").expect(1);
                assertTrue(refused.errorLine().contains("is broken"), refused.err());
            }
            assertTrue(Launcher.rustyrun("delete", id).expect(1).errorLine().contains("delete --force"));
            Launcher.rustyrun("delete", "--force", id).expect(0);
            process.waitFor();
            Host.expectEnded("4217");
            assertFalse(Launcher.rustyrun("list").expect(0).out().contains(id), damage);
            Host.eventually("its folder is gone", () -> !Files.exists(state.getParent()));
        }
    }

    private static void break_(Path state, String damage) throws IOException {
        byte[] whole = Files.readAllBytes(state);
        Files.delete(state);
        switch (damage) {
            case "cut" -> Files.write(state, Arrays.copyOf(whole, whole.length / 2));
            case "missing" -> {
                // The file stays removed.
            }
            case "directory" -> Files.createDirectory(state);
            case "fifo" -> run("mkfifo", "-m", "600", state.toString());
            default -> Files.write(state, damage.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void s23_gc_reads_only_the_store_that_it_is_given() throws Exception {
        String mine = folder + "/store";
        plant("/run/rustyrun", "0", "gone-" + mineId());
        plant(mine, "0", "mine-" + mineId());
        List<Path> groups = emptyGroups("administrators-" + mineId());
        try {
            String out = Launcher.rustyrun("--root", mine, "gc").expect(0).out();
            assertEquals("removed container mine-" + mineId() + "\n", out);
            assertTrue(Files.exists(Path.of("/run/rustyrun/gone-" + mineId())));
            assertTrue(Launcher.rustyrun("gc").expect(0).out().contains("removed container gone-" + mineId()));
            for (Path group : groups) {
                assertTrue(Files.exists(group), group + " was nobody's but an administrator's");
            }
        } finally {
            for (Path group : groups) {
                Files.deleteIfExists(group);
            }
        }
    }

    private static String mineId() {
        return Long.toString(ProcessHandle.current().pid());
    }

    /** A container of the command line. All its processes have ended. */
    private static void plant(String store, String owner, String id) throws IOException {
        Path web = Files.createDirectories(Path.of(store, id));
        Files.writeString(
                web.resolve("state.json"),
                "{\"id\":\"" + id + "\",\"pid\":0,\"startTime\":0,\"rootfs\":\"/\",\"cgroup\":\"\",\"created\":\"\","
                        + "\"runPid\":1,\"runStartTime\":1,\"setUp\":true,\"bundle\":\"\",\"hasProcess\":true,"
                        + "\"hasLateHooks\":false,\"annotations\":{}}\n");
        run("chmod", "700", store);
        run("chown", "-R", owner, web.toString());
    }

    /** Makes an empty cgroup beside those of containers in each writable hierarchy. */
    private static List<Path> emptyGroups(String name) throws IOException {
        List<Path> made = new ArrayList<>();
        for (String line : Host.read("/proc/self/mounts").split("\n")) {
            String[] fields = line.split(" ");
            if (fields[2].startsWith("cgroup") && fields[3].startsWith("rw")) {
                Path group = Path.of(fields[1], "rustyrun", name);
                try {
                    Files.createDirectories(group);
                    made.add(group);
                } catch (IOException e) {
                    // This hierarchy cannot be used here.
                }
            }
        }
        return made;
    }

    @Test
    void s23_gc_of_one_store_disturbs_no_launch_of_another() throws Exception {
        String other = folder + "/other";
        plant(other, "0", "gone");
        List<Process> launches = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            launches.add(Launcher.start("--command", "true"));
            plant(other, "0", "gone-" + new Random().nextInt(Integer.MAX_VALUE));
            Launcher.rustyrun("--root", other, "gc").expect(0);
        }
        for (Process launch : launches) {
            assertEquals(0, launch.waitFor());
        }
        try (Stream<Path> left = Files.list(Path.of(other))) {
            assertEquals(
                    List.of(),
                    left.filter(path -> !path.getFileName().toString().startsWith("."))
                            .toList());
        }
    }
}
