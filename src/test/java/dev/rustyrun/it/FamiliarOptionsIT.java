package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options that users know from docker and podman (P1, P5, P8). Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class FamiliarOptionsIT {

    /** Options that Rustyrun does not have, each with a word of the suggestion in the error message. */
    private static final Map<String, String> INSTEAD = Map.of(
            "--privileged", "--cap-add all",
            "--dns=1.1.1.1", "/etc/resolv.conf",
            "--add-host=a:1.2.3.4", "/etc/hosts",
            "--publish=80:80", "--net private",
            "--restart=always", "systemd",
            "--security-opt=seccomp=unconfined", "--seccomp",
            "--gpus=all", "--device");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static String out(String... words) {
        return Launcher.run(words).expect(0).out();
    }

    @Test
    void P1_options_for_the_default_behaviour_are_accepted() {
        Launcher.Result result =
                Launcher.run("--rm", "-i", "-q", "--command", "/bin/cat").expect(0);
        assertEquals("", result.err());
        String terminal =
                Launcher.run("--rm", "-it", "--command", "/bin/tty").expect(0).out();
        assertTrue(terminal.contains("/dev/"), terminal);
    }

    @Test
    void P1_a_variable_without_a_value_is_the_callers() {
        String path = System.getenv("PATH");
        String env = out("-e", "PATH", "-e", "NOT_OF_THE_CALLER", "-e", "A=1", "-e", "A=2", "--command", "/bin/env");
        List<String> lines = env.lines().toList();
        assertTrue(lines.contains("PATH=" + path), env);
        assertFalse(env.contains("NOT_OF_THE_CALLER"), env);
        assertTrue(lines.contains("A=2") && !lines.contains("A=1"), env);
    }

    @Test
    void P1_variables_come_from_a_file_too() throws IOException {
        Path file = Files.writeString(folder.resolve("env"), "# mine\nA=one two\nB=2\n");
        String env = out("--env-file", file.toString(), "-e", "B=3", "--command", "/bin/env");
        assertTrue(env.lines().toList().containsAll(List.of("A=one two", "B=3")), env);
        assertTrue(Launcher.run("--env-file", folder.resolve("none").toString(), "--command", "true")
                .expect(125)
                .errorLine()
                .contains("cannot be read"));
    }

    @Test
    void P1_an_entry_point_comes_before_the_words() {
        assertEquals("a b\n", out("--entrypoint", "/bin/echo", "a", "b"));
    }

    @Test
    void P1_shared_memory_has_the_size_that_was_asked_for() {
        assertEquals(
                "1024\n", out("--shm-size", "1m", "--command", "sh", "-c", "df -k /dev/shm | awk 'END {print $2}'"));
        assertTrue(Launcher.run("--shm-size", "0", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--shm-size"));
    }

    @Test
    void the_domain_name_is_the_containers_own() {
        assertEquals(
                "example.org\n", out("--domainname", "example.org", "--command", "cat", "/proc/sys/kernel/domainname"));
    }

    @Test
    void P1_the_id_is_in_its_file_and_in_none_when_nothing_was_started() throws IOException {
        Path file = folder.resolve("id");
        Launcher.run("--cidfile", file.toString(), "--command", "true").expect(0);
        assertTrue(Files.readString(file).matches("[0-9a-f]{12}"), Files.readString(file));
        assertTrue(Launcher.run("--cidfile", file.toString(), "--command", "true")
                .expect(125)
                .errorLine()
                .contains("EEXIST"));
        String kept = Files.readString(file);
        assertTrue(Launcher.run("--detach", "--cidfile", file.toString(), "--command", "true")
                .expect(125)
                .errorLine()
                .contains("EEXIST"));
        assertEquals(kept, Files.readString(file), "a file that was there stays");
        Path none = folder.resolve("none");
        Launcher.run("--cidfile", none.toString(), "--command", "no-such-program")
                .expect(127);
        assertFalse(Files.exists(none));
    }

    @Test
    void P1_a_label_is_an_annotation_of_its_state() throws IOException {
        String name = "it-label-" + ProcessHandle.current().pid();
        Process run = Launcher.start(
                "--name", name, "-l", "job=17", "--label", "alone", "--command", "/bin/sh", "-c", "echo up; cat");
        try {
            assertEquals('u', run.getInputStream().read());
            String state = Launcher.rustyrun("state", name).expect(0).out();
            assertTrue(state.matches("(?s).*\"job\"\\s*:\\s*\"17\".*") && state.contains("\"alone\""), state);
        } finally {
            run.destroyForcibly().onExit().join();
        }
        Launcher.run("--label", "dev.rustyrun.init=true", "--command", "true").expect(125);
    }

    @Test
    void P1_options_of_other_programs_get_a_suggestion() {
        INSTEAD.forEach((option, word) -> {
            String line = Launcher.run(option, "--command", "true").expect(125).errorLine();
            assertTrue(line.contains(word), line);
        });
    }

    @Test
    void P5_help_is_grouped_and_has_a_short_synopsis_and_lines_for_eighty_characters() {
        String help = Launcher.rustyrun("run", "--help").expect(0).out();
        List<String> lines = help.lines().toList();
        assertEquals("Usage: rustyrun run [OPTIONS] IMAGE [CMD [ARGS...]]", lines.get(0));
        assertTrue(
                lines.containsAll(List.of("Options:", "Files and devices:", "Namespaces:", "Privileges:", "Limits:")),
                help);
        assertTrue(lines.stream().allMatch(line -> line.length() <= 80), help);
        assertTrue(
                help.indexOf("Limits:") < help.indexOf("--cpus")
                        && help.indexOf("--cpus") < help.indexOf("Timeout and result:"),
                help);
    }

    @Test
    void P8_the_error_for_an_unknown_network_names_the_known_ones() {
        String line =
                Launcher.run("--net", "bridge", "--command", "true").expect(125).errorLine();
        assertTrue(line.contains("must be one of none, private, cni:NAME, host, container:ID and path:/FILE"), line);
    }

    @Test
    void P4_exec_accepts_dockers_options() throws IOException {
        Process container = Launcher.start("--name", "p4", "--command", "sleep", "4004");
        try {
            Host.eventually(
                    "it runs", () -> Launcher.rustyrun("exec", "p4", "true").exitCode() == 0);
            Path passwd = Path.of("/proc/" + pid("p4") + "/root/etc/passwd");
            assertTrue(Files.readString(passwd).contains("nobody:x:65534"), "the rootfs has a user nobody");
            assertEquals("65534\n", exec("-i", "-u", "nobody", "p4", "id", "-u"));
            assertEquals("/tmp\n", exec("-w", "/tmp", "p4", "pwd"));
            assertEquals("/tmp\n", exec("--workdir", "/tmp", "p4", "pwd"));
            assertTrue(exec("-e", "PATH", "p4", "env").contains("PATH=" + System.getenv("PATH")));
            assertTrue(Launcher.rustyrun("exec", "-u", "nosuch", "p4", "true")
                    .expect(125)
                    .errorLine()
                    .contains("unknown user \"nosuch\""));
            Launcher.rustyrun("update", "--cpus", "0.5", "p4").expect(0);
            String quota = Launcher.rustyrun("exec", "p4", "true").expect(0).err();
            assertEquals("", quota);
            assertEquals("50000", quotaOf("p4"));
            assertTrue(Launcher.rustyrun("update", "--cpus", "abc", "p4")
                    .expect(1)
                    .errorLine()
                    .contains("not a number"));
        } finally {
            Launcher.rustyrun("kill", "p4", "KILL");
        }
    }

    private static String exec(String... words) {
        List<String> all = new ArrayList<>(List.of("exec"));
        all.addAll(List.of(words));
        return Launcher.rustyrun(all.toArray(String[]::new)).expect(0).out();
    }

    private static String pid(String id) throws IOException {
        return new ObjectMapper()
                .readTree(Launcher.rustyrun("state", id).expect(0).out())
                .path("pid")
                .asText();
    }

    private static String quotaOf(String id) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid(id) + "/cgroup"))) {
            String[] fields = line.split(":", 3);
            Path v1 = Path.of("/sys/fs/cgroup/cpu" + fields[2] + "/cpu.cfs_quota_us");
            Path v2 = Path.of("/sys/fs/cgroup" + fields[2] + "/cpu.max");
            if (List.of(fields[1].split(",")).contains("cpu") && Files.exists(v1)) {
                return Files.readString(v1).strip();
            }
            if (fields[1].isEmpty() && Files.exists(v2)) {
                return Files.readString(v2).split(" ")[0];
            }
        }
        throw new AssertionError("it has no cgroup of the cpu controller");
    }

    @Test
    void P6_a_command_on_the_hosts_own_tree_is_in_the_callers_directory() throws IOException {
        // Not below /tmp, which may be a mount of its own: the folder must be on the root file system.
        Path folder = Files.createTempDirectory(Launcher.baseDirectory().resolve("target"), "p6");
        Files.writeString(folder.resolve("here"), "found");
        Process run = new ProcessBuilder(Launcher.command("run", "--rootfs", "/", "--command", "cat", "here"))
                .directory(folder.toFile())
                .start();
        assertEquals("found", new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        Files.delete(folder.resolve("here"));
        Files.delete(folder);
    }

    @Test
    void P10_doctor_says_first_whether_containers_can_run() {
        String first = Launcher.rustyrun("doctor").out().lines().findFirst().orElse("");
        assertTrue(first.matches("containers can run here: [0-9]+ ok, [0-9]+ with a warning, 0 failed"), first);
    }
}
