package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.ChildStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code rustyrun exec} in real containers. Needs root. */
class OciExecIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static OciBundle running(java.util.function.Consumer<OciBundle> change) {
        OciBundle bundle = new OciBundle("sleep", "1000");
        change.accept(bundle);
        bundle.create("box").expect(0);
        bundle.rustyrun("start", "box").expect(0);
        return bundle;
    }

    private static OciBundle running() {
        return running(bundle -> {});
    }

    @JvmOnly
    @Test
    void on_the_jvm_the_error_gives_the_reason() {
        try (OciBundle bundle = running(made -> {})) {
            String line = bundle.rustyrun("exec", "box", "true").expect(255).errorLine();
            assertTrue(line.contains("exec needs the native binary"), line);
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void the_exit_code_and_the_output_of_the_command_are_passed_on() {
        try (OciBundle bundle = running()) {
            assertEquals(
                    "hi\n",
                    bundle.rustyrun("exec", "box", "echo", "hi").expect(0).out());
            bundle.rustyrun("exec", "box", "sh", "-c", "exit 42").expect(42);
            bundle.rustyrun("exec", "box", "sh", "-c", "kill -9 $$").expect(137);
            assertTrue(bundle.rustyrun("exec", "box", "no-such-program")
                    .expect(255)
                    .errorLine()
                    .contains("not found"));
            assertEquals("running", bundle.status("box"));
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void it_is_in_every_namespace_and_the_cgroup_of_the_container() {
        try (OciBundle bundle = running()) {
            String links =
                    "for n in pid net mnt ipc uts cgroup user; do readlink /proc/$P/ns/$n; done; cat /proc/$P/cgroup";
            String first = bundle.rustyrun("exec", "-e", "P=1", "box", "sh", "-c", links)
                    .expect(0)
                    .out();
            String further = bundle.rustyrun("exec", "-e", "P=self", "box", "sh", "-c", links)
                    .expect(0)
                    .out();
            assertEquals(first, further);
            String processes = bundle.rustyrun("exec", "box", "ps").expect(0).out();
            assertTrue(processes.contains("sleep 1000") && !processes.contains("rustyrun"), processes);
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void user_directory_environment_and_capabilities_are_as_asked_for() {
        try (OciBundle bundle = running()) {
            assertEquals(
                    "1000\n1001\n",
                    bundle.rustyrun("exec", "--user", "1000:1001", "box", "sh", "-c", "id -u; id -g")
                            .expect(0)
                            .out());
            assertEquals(
                    "/tmp\n",
                    bundle.rustyrun("exec", "--cwd", "/tmp", "box", "pwd")
                            .expect(0)
                            .out());
            assertEquals(
                    "b\n",
                    bundle.rustyrun("exec", "--env", "A=b", "box", "sh", "-c", "echo $A")
                            .expect(0)
                            .out());
            String bounding = "grep CapBnd /proc/self/status";
            String usual = bundle.rustyrun("exec", "box", "sh", "-c", bounding)
                    .expect(0)
                    .out();
            String more = bundle.rustyrun("exec", "--cap", "CAP_SYS_PTRACE", "box", "sh", "-c", bounding)
                    .expect(0)
                    .out();
            assertEquals(1L << 19, bits(more) ^ bits(usual), more + usual);
        }
    }

    private static long bits(String line) {
        return Long.parseUnsignedLong(line.replaceAll(".*\t", "").strip(), 16);
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void a_process_file_says_it_all() throws Exception {
        try (OciBundle bundle = running()) {
            Files.writeString(
                    bundle.file("process.json"),
                    "{\"args\": [\"sh\", \"-c\", \"echo $X; pwd; id -u\"],"
                            + " \"env\": [\"PATH=/bin\", \"X=y\"], \"cwd\": \"/etc\", \"user\": {\"uid\": 5, \"gid\": 6}}");
            assertEquals(
                    "y\n/etc\n5\n",
                    bundle.rustyrun(
                                    "exec",
                                    "--process",
                                    bundle.file("process.json").toString(),
                                    "box")
                            .expect(0)
                            .out());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void stdin_reaches_the_command() {
        try (OciBundle bundle = running()) {
            assertEquals(
                    "from outside",
                    Launcher.execute(bundle.command("exec", "box", "cat"), "from outside")
                            .expect(0)
                            .out());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void a_terminal_is_relayed() {
        try (OciBundle bundle = running();
                Pty pty = new Pty()) {
            Process exec = pty.start(bundle.command("exec", "-t", "box", "sh"));
            pty.expect("#");
            pty.type("tty; echo $((40 + 2))\n");
            pty.expect("/dev/pts/");
            pty.expect("42");
            pty.type("exit 3\n");
            Host.eventually("it ends", () -> !exec.isAlive());
            assertEquals(3, exec.exitValue());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void a_detached_command_continues_and_its_id_is_written() {
        try (OciBundle bundle = running()) {
            bundle.rustyrun("exec", "--detach", "--pid-file", bundle.file("pid").toString(), "box", "sleep", "2000")
                    .expect(0);
            assertTrue(Host.processes().get(Long.parseLong(bundle.read("pid"))).startsWith("sleep 2000"));
            assertTrue(bundle.rustyrun("exec", "--detach", "box", "no-such-program")
                    .expect(255)
                    .errorLine()
                    .contains("not found"));
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void C39_the_caller_of_a_detached_exec_always_gets_its_exit_status() {
        List<Process> busy = new ArrayList<>();
        try (OciBundle bundle = running();
                Subreaper caller = new Subreaper()) {
            for (int i = 0; i < 2; i++) {
                busy.add(new ProcessBuilder(bundle.command("exec", "box", "sh", "-c", "while :; do :; done")).start());
            }
            for (int i = 0; i < 100; i++) {
                String script = i % 3 == 0 ? "kill -9 $$" : "exit " + i;
                bundle.rustyrun("exec", "-d", "--pid-file", bundle.file("pid").toString(), "box", "sh", "-c", script)
                        .expect(0);
                assertEquals(
                        Optional.of(i % 3 == 0 ? 137 : i),
                        caller.await(Integer.parseInt(bundle.read("pid").strip()))
                                .map(ChildStatus::exitCode));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            busy.forEach(Process::destroyForcibly);
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void in_a_user_namespace_it_has_the_containers_user() {
        try (OciBundle bundle = running(made -> made.edit(config -> {
            var linux = config.withObject("/linux");
            linux.withArray("namespaces").addObject().put("type", "user");
            linux.putArray("uidMappings")
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", 0)
                    .put("size", 65536);
            linux.putArray("gidMappings")
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", 0)
                    .put("size", 65536);
        }))) {
            String links = "readlink /proc/1/ns/user; readlink /proc/self/ns/user; id -u";
            List<String> lines = bundle.rustyrun("exec", "box", "sh", "-c", links)
                    .expect(0)
                    .out()
                    .lines()
                    .toList();
            assertEquals(lines.get(0), lines.get(1));
            assertEquals("0", lines.get(2));
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void only_requested_descriptors_are_passed_on() throws Exception {
        try (OciBundle bundle = running()) {
            List<String> words = new ArrayList<>(List.of(
                    "sh",
                    "-c",
                    "exec 3< " + bundle.file("config.json") + " 4< " + bundle.file("config.json") + "; exec \"$@\"",
                    "sh"));
            words.addAll(bundle.command("exec", "--preserve-fds", "1", "box", "ls", "/proc/self/fd"));
            assertEquals(
                    "0\n1\n2\n3\n4\n", Launcher.execute(words, "").expect(0).out(), "4 is ls's own");
            words.set(words.indexOf("1"), "9");
            assertEquals(
                    "0\n1\n2\n3\n4\n5\n", Launcher.execute(words, "").expect(0).out(), "those that are there");
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void in_a_paused_container_it_is_refused_or_waits_until_that_is_resumed() throws Exception {
        try (OciBundle bundle = running()) {
            bundle.rustyrun("pause", "box").expect(0);
            assertTrue(bundle.rustyrun("exec", "box", "true")
                    .expect(255)
                    .errorLine()
                    .contains("--ignore-paused"));
            Process waiting =
                    new ProcessBuilder(bundle.command("exec", "--ignore-paused", "box", "echo", "ok")).start();
            Process detached =
                    new ProcessBuilder(bundle.command("exec", "-d", "--ignore-paused", "box", "true")).start();
            assertFalse(waiting.waitFor(1, TimeUnit.SECONDS));
            assertTrue(detached.isAlive());
            bundle.rustyrun("resume", "box").expect(0);
            assertEquals(0, waiting.waitFor());
            assertEquals("ok\n", new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, detached.waitFor());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void it_joins_only_an_existing_cgroup_below_the_containers() throws Exception {
        try (OciBundle bundle = running(made -> made.edit(config -> {
            removeCgroupNamespace(config);
            config.withObject("/linux").put("cgroupsPath", "/rustyrun-it-exec");
        }))) {
            boolean v2 = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
            Path memory = Path.of("/sys/fs/cgroup", v2 ? "" : "memory", "rustyrun-it-exec/below");
            Files.createDirectory(memory);
            String[] joined = v2 ? new String[] {"--cgroup", "below"} : new String[] {"--cgroup", "memory:/below"};
            String groups = bundle.rustyrun("exec", joined[0], joined[1], "box", "cat", "/proc/self/cgroup")
                    .expect(0)
                    .out();
            assertTrue(
                    groups.contains(v2 ? "0::/rustyrun-it-exec/below\n" : ":memory:/rustyrun-it-exec/below\n"), groups);
            String all = bundle.rustyrun("exec", "--cgroup", "/", "box", "cat", "/proc/self/cgroup")
                    .expect(0)
                    .out();
            assertFalse(all.contains("below"), all);
            assertTrue(all.contains("/rustyrun-it-exec\n"), all);
            String none = bundle.rustyrun("exec", "--cgroup", "nowhere", "box", "true")
                    .expect(255)
                    .errorLine();
            assertTrue(none.contains("/nowhere: no such file"), none);
            assertTrue(bundle.rustyrun("exec", "--cgroup", "..", "box", "true")
                    .expect(255)
                    .errorLine()
                    .contains("leads out"));
            bundle.rustyrun("exec", "--cgroup", "whatever:/", "box", "true")
                    .expect(255)
                    .errorLine();
        }
    }

    private static void removeCgroupNamespace(ObjectNode config) {
        var namespaces = config.withObject("/linux").withArray("namespaces").elements();
        while (namespaces.hasNext()) {
            if (namespaces.next().get("type").textValue().equals("cgroup")) {
                namespaces.remove();
            }
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void an_unknown_capability_gives_a_warning_and_is_ignored() {
        try (OciBundle bundle = running()) {
            Launcher.Result result = bundle.rustyrun("exec", "--cap", "CAP_UNKNOWN", "box", "echo", "ok")
                    .expect(0);
            assertEquals("ok\n", result.out());
            assertTrue(result.errorLine().contains("warning: --cap CAP_UNKNOWN"), result.err());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void a_container_that_does_not_run_cannot_be_joined() {
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertTrue(bundle.rustyrun("exec", "box", "true")
                    .expect(255)
                    .errorLine()
                    .contains("it is stopped, not running"));
        }
    }

    private static boolean canBeRead(Path link) {
        try {
            Files.readSymbolicLink(link);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The kernel lets PID 1 end only when every process of its namespace has been waited for by its parent, even by one
     * outside of it.
     */
    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_that_is_ending_cannot_be_joined() throws Exception {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            String pid = bundle.state("box").get("pid").asText();
            Process careless = new ProcessBuilder(
                            "nsenter",
                            "--no-fork",
                            "--target",
                            pid,
                            "--pid",
                            "sh",
                            "-c",
                            "sleep 1000 & echo ready; exec sleep 1000")
                    .start();
            try {
                assertEquals("ready", careless.inputReader().readLine());
                bundle.rustyrun("kill", "box", "KILL").expect(0);
                Path namespace = Path.of("/proc/" + pid + "/ns/net");
                Host.eventually("it has left its namespaces", () -> !canBeRead(namespace));
                String line = bundle.rustyrun("exec", "box", "true").expect(255).errorLine();
                assertTrue(line.contains("cannot exec in container \"box\": it is ending"), line);
            } finally {
                careless.destroyForcibly().waitFor();
            }
            bundle.awaitStatus("box", "stopped");
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can")
    @Test
    void a_container_from_the_command_line_is_joined_and_confined_as_its_command_is() throws Exception {
        Process run = Launcher.start(
                "--name",
                "exec-box",
                "--user",
                "1000",
                "--env",
                "A=b",
                "--workdir",
                "/tmp",
                "--cap-drop",
                "all",
                "--command",
                "sleep",
                "1000");
        try {
            Host.eventually(
                    "it runs",
                    () -> Launcher.rustyrun("exec", "exec-box", "true").exitCode() == 0);
            String script =
                    "id -u; pwd; echo $A; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; readlink /proc/1/exe";
            assertEquals(
                    "1000\n/tmp\nb\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n/bin/busybox\n",
                    Launcher.rustyrun("exec", "exec-box", "sh", "-c", script)
                            .expect(0)
                            .out());
        } finally {
            // PID 1 receives no SIGTERM that it has no handler for.
            run.destroyForcibly().waitFor();
        }
    }
}
