package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers that outlive the command that started them and need no service (P3): {@code run --detach}, and the
 * commands on such containers. Needs root.
 */
class DetachedIT {

    @TempDir
    Path folder;

    private Path rootfs;
    private String store;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void makeRootfs() {
        rootfs = folder.resolve("rootfs");
        store = folder.resolve("store").toString();
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
    }

    @AfterEach
    void deleteAll() {
        rustyrun("delete", "--force", "--regex", ".");
    }

    private Launcher.Result rustyrun(String... words) {
        return with("", words);
    }

    private Launcher.Result with(String input, String... words) {
        return Launcher.execute(command(words), input);
    }

    private List<String> command(String... words) {
        List<String> all = new ArrayList<>(Launcher.command("--root", store));
        all.addAll(List.of(words));
        return all;
    }

    private String run(String name, String... words) {
        List<String> all = new ArrayList<>(List.of("run", "-d", "--name", name, "--rootfs", rootfs.toString()));
        all.addAll(List.of(words));
        return rustyrun(all.toArray(String[]::new)).expect(0).out();
    }

    private String error(int code, String... words) {
        return rustyrun(words).expect(code).errorLine();
    }

    private JsonNode inspect(String id) throws IOException {
        return new ObjectMapper()
                .readTree(rustyrun("inspect", id).expect(0).out())
                .path(0);
    }

    private static void await(Path file) {
        Host.eventually(file + " exists", () -> Files.exists(file));
    }

    @Test
    void start_says_why_the_monitor_has_ended_before_it_began() throws IOException {
        rustyrun("create", "--name", "damaged", "--rootfs", rootfs.toString(), "true")
                .expect(0);
        Files.writeString(Path.of(store, ".detached/damaged/container.json"), "{\"resolved\": {}}");
        String line = error(125, "start", "damaged");
        assertTrue(line.contains("the monitor process of the container exited with 125 before it began"), line);
        assertFalse(line.contains("java."), line);
        assertEquals("exited", inspect("damaged").path("status").asText());
        rustyrun("rm", "damaged").expect(0);
    }

    @Test
    void a_container_whose_monitor_is_beginning_is_deleted_only_by_force() throws Exception {
        rustyrun("create", "--name", "begins", "--rootfs", rootfs.toString(), "true")
                .expect(0);
        Path begins = Path.of(store, ".detached/begins");
        Files.createFile(begins.resolve("monitor.err"));
        // A process with a monitor's last arguments.
        Process monitor = new ProcessBuilder("sh", "-c", "sleep 1000; true", "monitor", begins.toString()).start();
        try {
            assertTrue(error(1, "rm", "begins").contains("is being started"));
            assertTrue(Files.exists(begins) && monitor.isAlive());
            rustyrun("rm", "--force", "begins").expect(0);
            assertEquals(137, monitor.waitFor());
            assertFalse(Files.exists(begins));
        } finally {
            monitor.descendants().forEach(ProcessHandle::destroyForcibly);
            monitor.destroyForcibly();
        }
    }

    @Test
    void inspect_has_the_process_id_of_a_running_container() throws IOException {
        run("shown", "sleep", "1000");
        String pid = rustyrun("inspect", "--format", "{{.Pid}}", "shown")
                .expect(0)
                .out()
                .strip();
        assertEquals("sleep\n", Files.readString(Path.of("/proc", pid, "comm")));
        assertEquals(
                pid, rustyrun("list", "--format", "{{.Pid}}").expect(0).out().strip());
        rustyrun("kill", "shown", "KILL").expect(0);
        rustyrun("wait", "shown").expect(137);
        assertFalse(inspect("shown").has("pid"));
    }

    @Test
    void exec_update_and_events_say_that_a_container_has_ended() {
        run("ended", "true");
        rustyrun("wait", "ended").expect(0);
        String line = "rustyrun: container ended is not running: it is exited\n";
        assertEquals(line, error(125, "exec", "ended", "true"));
        assertEquals(line, error(1, "update", "--memory", "64m", "ended"));
        assertEquals(line, error(1, "update", "ended"));
        assertEquals(line, error(1, "events", "--stats", "ended"));
    }

    @Test
    void P3_a_detached_container_keeps_running_and_its_output_is_kept() throws IOException {
        assertEquals("web\n", run("web", "sh", "-c", "echo out; echo err >&2; touch /ready; sleep 4711"));
        await(rootfs.resolve("ready"));
        rustyrun("kill", "web", "KILL").expect(0);
        assertEquals(137, rustyrun("wait", "web").exitCode());
        Launcher.Result logs = rustyrun("logs", "web").expect(0);
        assertEquals("out\n", logs.out());
        assertEquals("err\n", logs.err());
        rustyrun("rm", "web").expect(0);
        assertEquals(List.of(), names(Path.of(store, ".detached")));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_the_commands_show_whether_it_runs_or_has_ended() throws IOException {
        assertEquals("web\n", run("web", "sh", "-c", "echo out; touch /ready; sleep 4711"));
        await(rootfs.resolve("ready"));
        assertEquals("out\n", rustyrun("logs", "web").expect(0).out());
        assertTrue(rustyrun("list")
                .expect(0)
                .out()
                .lines()
                .anyMatch(line -> line.matches("web +[1-9][0-9]* +running .*")));
        assertEquals("running", inspect("web").path("status").asText());
        rustyrun("exists", "web").expect(0);
        rustyrun("exists", "other").expect(1);
        assertTrue(error(125, "exists", "../web").contains("must be 1 to 128 letters"));
        assertTrue(rustyrun("top", "web").expect(0).out().contains("sleep 4711"));
        assertTrue(new ObjectMapper()
                        .readTree(rustyrun("stats", "web").expect(0).out())
                        .path("pids")
                        .asInt()
                >= 1);
        assertTrue(error(1, "rm", "web").contains("is running"));
        assertEquals(
                "web\n", rustyrun("list", "-q", "--status", "running").expect(0).out());
        assertEquals("", rustyrun("list", "-q", "--status", "exited").expect(0).out());
        rustyrun("kill", "web", "KILL").expect(0);
        assertEquals(137, rustyrun("wait", "web").exitCode());
        assertTrue(rustyrun("list").expect(0).out().lines().anyMatch(line -> line.matches("web +0 +exited .*")));
        assertTrue(error(1, "kill", "web").contains("is not running"));
        assertEquals(137, inspect("web").path("result").path("exitCode").asInt());
        rustyrun("rm", "web").expect(0);
        assertTrue(error(125, "logs", "web").contains("does not exist"));
        assertEquals(List.of(), names(Path.of(store, ".detached")));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_wait_and_followed_logs_report_its_end() {
        run("seven", "sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.1; done; exit 7");
        assertEquals("1\n2\n3\n", rustyrun("logs", "-f", "seven").expect(0).out());
        assertEquals("3\n", rustyrun("logs", "-n", "1", "seven").expect(0).out());
        rustyrun("wait", "seven").expect(7);
        assertTrue(error(125, "logs", "--since", "never", "seven").contains("--since must be a time"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_a_failed_start_is_reported_at_once_and_leaves_nothing() throws IOException {
        Path idFile = folder.resolve("cid");
        assertTrue(error(127, "run", "-d", "--cidfile", idFile.toString(), "--rootfs", rootfs.toString(), "nosuch")
                .contains("nosuch is not in the container's PATH"));
        assertFalse(Files.exists(idFile));
        assertTrue(error(126, "run", "-d", "--rootfs", rootfs.toString(), "/etc/passwd")
                .contains("EACCES"));
        assertEquals(List.of(), names(Path.of(store, ".detached")));
        run("taken", "true");
        assertTrue(error(125, "run", "-d", "--name", "taken", "--rootfs", rootfs.toString(), "true")
                .contains("\"taken\" is in use"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_attach_gives_it_input_and_shows_all_of_its_output() {
        run("cat", "-i", "cat");
        // The container keeps running when the input of attach ends, as it does with a service.
        Process attached = start(command("attach", "cat"), "hello\n");
        Host.eventually(
                "the input was written to the log",
                () -> rustyrun("logs", "cat").expect(0).out().equals("hello\n"));
        rustyrun("stop", "--time", "0", "cat").expect(0);
        assertEquals("hello\n", output(attached.getInputStream()));
        assertEquals("", output(attached.getErrorStream()));
        assertEquals(137, exit(attached));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_a_terminal_is_left_by_the_keys_of_docker() throws IOException {
        run("keys", "-i", "-t", "sh");
        try (Pty pty = new Pty()) {
            Process attached = pty.start(command("attach", "keys"));
            pty.type("echo one-$((1 + 1))\n");
            pty.expect("one-2");
            pty.type("\020");
            pty.type("\021");
            pty.expect("container keys keeps running");
            assertEquals(0, exit(attached));
        }
        assertEquals("running", inspect("keys").path("status").asText());
    }

    private static Process start(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int exit(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_stop_asks_and_then_kills() throws IOException {
        run("heeds", "sh", "-c", "trap 'echo asked; exit 3' TERM; touch /ready; while :; do sleep 0.05; done");
        await(rootfs.resolve("ready"));
        rustyrun("stop", "heeds").expect(0);
        assertEquals("asked\n", rustyrun("logs", "heeds").expect(0).out());
        rustyrun("wait", "heeds").expect(3);
        Files.delete(rootfs.resolve("ready"));
        run("deaf", "sh", "-c", "trap '' TERM; touch /ready; while :; do sleep 0.05; done");
        await(rootfs.resolve("ready"));
        rustyrun("stop", "--time", "1", "deaf").expect(0);
        rustyrun("wait", "deaf").expect(137);
        rustyrun("stop", "deaf").expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_a_terminal_a_label_and_its_removal_at_the_end() throws IOException {
        run("terminal", "-t", "tty");
        rustyrun("wait", "terminal").expect(0);
        assertTrue(rustyrun("logs", "terminal").expect(0).out().startsWith("/dev/pts/"));
        run("labelled", "--label", "job=17", "true");
        assertEquals(
                "labelled\n",
                rustyrun("list", "-q", "--label", "job=17").expect(0).out());
        assertEquals("", rustyrun("list", "-q", "--label", "job=18").expect(0).out());
        assertTrue(error(1, "list", "--status", "lost-it").contains("status must be one of creating, created"));
        assertEquals("17", inspect("labelled").path("labels").path("job").asText());
        run("gone", "--rm", "true");
        Host.eventually("it is removed", () -> !Files.exists(Path.of(store, ".detached", "gone")));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_cp_copies_in_and_out_as_docker_does() throws IOException {
        run("web", "sleep", "4711");
        Path tree = Files.createDirectories(folder.resolve("tree/sub")).getParent();
        Files.writeString(tree.resolve("a"), "one");
        Files.writeString(tree.resolve("sub/b"), "two");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("/etc/shadow"));
        // If the target directory exists, the copy is made in it; if not, the copy gets its name.
        rustyrun("cp", tree.toString(), "web:/tmp").expect(0);
        rustyrun("cp", tree.toString(), "web:/srv").expect(0);
        rustyrun("cp", tree + "/.", "web:/var").expect(0);
        for (String copy : List.of("tmp/tree", "srv", "var")) {
            assertEquals("two", Files.readString(rootfs.resolve(copy).resolve("sub/b")), copy);
            assertEquals(
                    Path.of("/etc/shadow"),
                    Files.readSymbolicLink(rootfs.resolve(copy).resolve("link")));
        }
        rustyrun("cp", tree.resolve("a").toString(), "web:/named").expect(0);
        assertEquals("one", Files.readString(rootfs.resolve("named")));
        rustyrun("cp", "web:/srv", folder.resolve("out").toString()).expect(0);
        rustyrun("cp", "web:/srv", folder.resolve("out").toString()).expect(0);
        assertEquals("two", Files.readString(folder.resolve("out/sub/b")));
        assertEquals("two", Files.readString(folder.resolve("out/srv/sub/b")));
        rustyrun("cp", "web:/named", folder.resolve("other").toString()).expect(0);
        assertEquals("one", Files.readString(folder.resolve("other")));
        assertTrue(error(125, "cp", "web:/nowhere", folder.toString()).contains("path \"/nowhere\" does not exist"));
        assertTrue(error(125, "cp", folder + "/nowhere", "web:/").contains("no such file"));
        assertTrue(error(125, "cp", "a", "b").contains("exactly one of"));
        rustyrun("stop", "-t", "0", "web").expect(0);
        rustyrun("cp", "web:/named", folder.resolve("after").toString()).expect(0);
        assertEquals("one", Files.readString(folder.resolve("after")));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_copied_files_get_no_more_rights_and_stay_below_the_target() throws IOException {
        Path inside = Files.createDirectory(rootfs.resolve("evil"));
        Files.writeString(inside.resolve("program"), "x");
        Files.setPosixFilePermissions(inside.resolve("program"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Launcher.execute(List.of("chmod", "6755", inside.resolve("program").toString()), "")
                .expect(0);
        Launcher.execute(List.of("chown", "1234:1234", inside.resolve("program").toString()), "")
                .expect(0);
        run("evil", "sleep", "4711");
        Path out = Files.createDirectory(folder.resolve("out"));
        // A symbolic link in the target must not make cp overwrite the file that the link leads to.
        Path victim = Files.writeString(folder.resolve("victim"), "untouched");
        Files.createDirectory(out.resolve("evil"));
        Files.createSymbolicLink(out.resolve("evil/program"), victim);
        rustyrun("cp", "evil:/evil", out.toString()).expect(0);
        assertEquals("untouched", Files.readString(victim));
        var status = Linux.host().status(out.resolve("evil/program").toString());
        assertEquals(0755, status.mode() & 07777);
        assertEquals(0, status.uid());
        assertTrue(error(125, "cp", "evil:/proc/1/environ", out.toString()).contains("is on a kernel file system"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_cp_follows_no_link_that_an_earlier_copy_has_brought() throws IOException {
        Path victim = Files.createDirectory(folder.resolve("victim"));
        Files.createDirectory(rootfs.resolve("conf"));
        Files.createSymbolicLink(rootfs.resolve("conf/keys"), victim);
        run("evil", "sleep", "4711");
        Path out = Files.createDirectory(folder.resolve("out"));
        rustyrun("cp", "evil:/conf/.", out.toString()).expect(0);
        Files.delete(rootfs.resolve("conf/keys"));
        Files.createDirectory(rootfs.resolve("conf/keys"));
        Files.writeString(rootfs.resolve("conf/keys/authorized"), "mine");
        assertTrue(error(125, "cp", "evil:/conf/keys", out.toString()).contains("is in the way"));
        assertEquals(List.of(), names(victim));
        // The name of a copied path that ends in ".." must not lead out of the target.
        Path deep = Files.createDirectories(folder.resolve("deep/inner"));
        rustyrun("cp", "evil:/conf/keys/..", deep.toString()).expect(0);
        assertEquals(List.of("inner"), names(deep.getParent()));
        assertTrue(Files.exists(deep.resolve("conf/keys/authorized")));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_cp_replaces_nothing_but_files_and_leaves_nothing_out_silently() throws IOException {
        run("web", "sleep", "4711");
        Path fifo = folder.resolve("fifo");
        Launcher.execute(List.of("mkfifo", fifo.toString()), "").expect(0);
        assertTrue(error(125, "cp", "web:/etc/passwd", fifo.toString()).contains("is not a regular file"));
        Path real = Files.writeString(folder.resolve("real"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        rustyrun("cp", "web:/etc/passwd", link.toString()).expect(0);
        assertTrue(
                Files.isSymbolicLink(link) && Files.readString(real).contains("root:"), "it is where the link leads");
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Launcher.execute(List.of("sh", "-c", "touch \"$0/$(printf '\\377')\"", tree.toString()), "")
                .expect(0);
        assertTrue(error(125, "cp", tree.toString(), "web:/tmp").contains("is not UTF-8"));
        assertTrue(error(125, "cp", "web:/etc/passwd", folder + "/none/x").contains("no such directory"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_no_program_becomes_set_user_id_on_a_volume() throws IOException {
        Path program = Files.writeString(folder.resolve("program"), "x");
        Launcher.execute(List.of("chmod", "6755", program.toString()), "").expect(0);
        Path volume = Files.createDirectory(folder.resolve("volume"));
        run("web", "-v", volume + ":/volume", "sleep", "4711");
        rustyrun("cp", program.toString(), "web:/volume").expect(0);
        rustyrun("cp", program.toString(), "web:/tmp").expect(0);
        Linux linux = Linux.host();
        assertEquals(0755, linux.status(volume.resolve("program").toString()).mode() & 07777);
        assertEquals(
                06755, linux.status(rootfs.resolve("tmp/program").toString()).mode() & 07777);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_wait_reports_the_exit_of_a_container_that_removes_itself() {
        run("seven", "--rm", "sh", "-c", "while [ ! -e /go ]; do sleep 0.05; done; exit 7");
        Process waiting = start(command("wait", "seven"), "");
        Process attached = start(command("attach", "seven"), "");
        // Both waiting processes have the file of the container's end open.
        Host.eventually("both processes wait", () -> holders("seven") == 2);
        try {
            Files.createFile(rootfs.resolve("go"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertEquals(7, exit(waiting));
        assertEquals(7, exit(attached));
        assertTrue(error(125, "wait", "seven").contains("does not exist"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_an_attached_client_gets_all_output_of_a_container_that_removes_itself() throws IOException {
        run(
                "talk",
                "--rm",
                "sh",
                "-c",
                "while [ ! -e /go ]; do sleep 0.05; done; head -c 1000000 /dev/zero | tr '\\0' x; exit 7");
        Process attached = start(command("attach", "talk"), "");
        Host.eventually("it is attached", () -> holders("talk") == 1);
        Process waiting = start(command("wait", "talk"), "");
        Files.createFile(rootfs.resolve("go"));
        // The output is larger than a pipe: the container ends while most of the output has not been read.
        assertEquals(7, exit(waiting));
        assertEquals("x".repeat(1_000_000), output(attached.getInputStream()));
        assertEquals(7, exit(attached));
        Host.eventually("it is removed", () -> !Files.exists(Path.of(store, ".detached", "talk")));
    }

    /** The number of processes that have the file of a container's end open. */
    private long holders(String id) {
        String file = Path.of(store, ".detached", id, "result.json.new").toString();
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    try (var open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
                        return open.anyMatch(
                                descriptor -> Host.link(descriptor).toString().equals(file));
                    } catch (IOException | UncheckedIOException | AssertionError gone) {
                        return false;
                    }
                })
                .count();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_a_container_is_not_left_behind_if_its_id_cannot_be_printed() throws IOException {
        List<String> words = command("run", "-d", "--name", "mute", "--rootfs", rootfs.toString(), "sleep", "4711");
        Process process = new ProcessBuilder(words)
                .redirectOutput(Path.of("/dev/full").toFile())
                .start();
        assertTrue(output(process.getErrorStream()).contains("ENOSPC"), "the error is reported");
        assertEquals(125, exit(process));
        assertEquals(List.of(), names(Path.of(store, ".detached")));
        Host.expectEnded("sleep 4711");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_the_log_of_one_that_never_stops_writing_comes_to_an_end() {
        run("flood", "sh", "-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");
        for (int attempt = 0; attempt < 2; attempt++) {
            assertFalse(rustyrun("logs", "flood").expect(0).out().isEmpty());
            assertFalse(rustyrun("logs", "-n", "1", "flood").expect(0).out().isEmpty());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_several_containers_are_stopped_and_removed_even_if_one_fails() {
        run("one", "sleep", "4711");
        run("two", "sleep", "4711");
        Launcher.Result stopped =
                rustyrun("stop", "-t", "0", "one", "nosuch", "two").expect(125);
        assertTrue(stopped.errorLine().contains("\"nosuch\" does not exist"));
        for (String command : List.of("top", "stats", "pause")) {
            assertTrue(
                    error(command.equals("pause") ? 1 : 125, command, "two").contains("is not running: it is exited"),
                    command);
        }
        rustyrun("rm", "one", "nosuch", "two").expect(1);
        assertEquals(1, rustyrun("list").expect(0).out().lines().count());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void P3_its_files_are_for_its_owner_alone_and_no_services() throws IOException {
        run("web", "sleep", "4711");
        Path detached = Path.of(store, ".detached");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(detached)));
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(detached.resolve("web"))));
        Files.setPosixFilePermissions(detached, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(error(125, "logs", "web").contains(".detached"));
        Files.setPosixFilePermissions(detached, PosixFilePermissions.fromString("rwx------"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void leftovers_of_a_killed_monitor_are_reported_and_removed() throws IOException {
        run("lost", "sleep", "4711");
        int monitor = new ObjectMapper()
                .readTree(Path.of(store, ".detached/lost/started.json").toFile())
                .path("monitor")
                .asInt();
        Linux.host().kill(monitor, 9);
        Host.eventually("listed as lost", () -> rustyrun("list").out().matches("(?s).*lost +0 +lost .*"));
        assertTrue(error(125, "wait", "lost").contains("was lost"));
        rustyrun("gc").expect(0);
        assertEquals(137, inspect("lost").path("result").path("exitCode").asInt());
        rustyrun("rm", "lost").expect(0);
        Host.expectEnded("sleep 4711");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void operations_on_detached_containers_are_refused_for_others() throws IOException {
        Process foreground = new ProcessBuilder(command(
                        "run", "--name", "fg", "--rootfs", rootfs.toString(), "sh", "-c", "touch /ready; sleep 4711"))
                .start();
        try {
            await(rootfs.resolve("ready"));
            assertTrue(error(125, "logs", "fg").contains("was not started by run --detach"));
            assertTrue(error(125, "attach", "fg").contains("was not started by run --detach"));
            assertTrue(rustyrun("top", "fg").expect(0).out().contains("sleep 4711"));
            assertEquals("fg", inspect("fg").path("id").asText());
            rustyrun("stop", "-t", "0", "fg").expect(0);
            assertEquals(137, exit(foreground));
        } finally {
            foreground.destroyForcibly();
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void wait_takes_several_and_prints_how_each_ended() throws IOException {
        run("one", "sh", "-c", "exit 3");
        List<String> removed =
                new ArrayList<>(List.of("run", "-d", "--rm", "--name", "two", "--rootfs", rootfs.toString()));
        removed.addAll(List.of("sh", "-c", "until [ -e /go ]; do sleep 0.1; done; exit 4"));
        rustyrun(removed.toArray(String[]::new)).expect(0);
        run("three", "sh", "-c", "until [ -e /go ]; do sleep 0.1; done");
        Process waiting = start(command("wait", "two", "one", "three"), "");
        Host.eventually("wait has opened the container that will be removed", () -> holders("two") > 0);
        Files.createFile(rootfs.resolve("go"));
        assertEquals("4\n3\n0\n", new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, exit(waiting));
        Launcher.Result unknown = rustyrun("wait", "one", "nobody").expect(125);
        assertEquals("3\n", unknown.out());
        assertTrue(unknown.errorLine().contains("nobody"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void logs_begin_some_time_ago_and_with_any_number_of_lines() {
        run("writes", "sh", "-c", "echo 1; echo 2");
        rustyrun("wait", "writes").expect(0);
        assertEquals(
                "1\n2\n", rustyrun("logs", "--tail", "all", "writes").expect(0).out());
        assertEquals("2\n", rustyrun("logs", "--tail", "1", "writes").expect(0).out());
        assertEquals(
                "1\n2\n",
                rustyrun("logs", "--since", "1h30m", "writes").expect(0).out());
        assertTrue(error(125, "logs", "--tail", "some", "writes").contains("--tail \"some\" is neither"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void cp_keeps_modification_times() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree/sub"));
        Files.writeString(tree.resolve("file"), "x");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("nowhere"));
        String dated =
                "touch -h -d @1000000003 $0/sub/link; touch -d @1000000002 $0/sub/file; touch -d @1000000001 $0/sub";
        Launcher.execute(List.of("sh", "-c", dated, folder.resolve("tree").toString()), "")
                .expect(0);
        run("sleeps", "sleep", "4711");
        rustyrun("cp", tree.toString(), "sleeps:/tmp").expect(0);
        String list = "cd $0; stat -c '%Y %n' sub sub/file sub/link";
        String times = "1000000001 sub\n1000000002 sub/file\n1000000003 sub/link\n";
        assertEquals(
                times,
                Launcher.execute(List.of("sh", "-c", list, rootfs + "/tmp"), "")
                        .expect(0)
                        .out());
        Path out = Files.createDirectory(folder.resolve("out"));
        rustyrun("cp", "sleeps:/tmp/sub", out.toString()).expect(0);
        assertEquals(
                times,
                Launcher.execute(List.of("sh", "-c", list, out.toString()), "")
                        .expect(0)
                        .out());
    }
}
