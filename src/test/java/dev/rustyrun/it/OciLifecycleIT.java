package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** runtime-spec runtime.md, "Lifecycle" and "Operations", with real containers. Needs root. */
class OciLifecycleIT {

    private static final String MARK = "87654.321";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void a_container_is_created_started_stopped_and_deleted() throws Exception {
        try (OciBundle bundle = new OciBundle("sh", "-c", "echo hello; exec sleep " + MARK)) {
            bundle.edit(config -> config.putObject("annotations").put("org.example.key", "value"));
            Launcher.Result created = bundle.create(
                            "box", "--pid-file", bundle.file("pid").toString())
                    .expect(0);
            assertEquals("", created.out() + created.err());
            JsonNode state = bundle.state("box");
            assertEquals("created", state.get("status").textValue());
            assertEquals(bundle.directory().toString(), state.get("bundle").textValue());
            assertEquals(
                    "value", state.get("annotations").get("org.example.key").textValue());
            assertEquals(bundle.read("pid"), state.get("pid").toString());
            assertTrue(Host.processes().values().stream().noneMatch(words -> words.startsWith("sleep " + MARK)));
            bundle.rustyrun("start", "box").expect(0);
            assertEquals("running", bundle.status("box"));
            assertEquals(state.get("pid"), bundle.state("box").get("pid"));
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertEquals(0, bundle.state("box").get("pid").intValue());
            bundle.rustyrun("delete", "box").expect(0);
            assertEquals(List.of(), bundle.left());
            assertTrue(bundle.rustyrun("state", "box").expect(1).errorLine().contains("does not exist"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_commands_output_reaches_the_stdout_of_create() throws Exception {
        try (OciBundle bundle = new OciBundle("echo", "from inside")) {
            Path out = bundle.file("out");
            assertEquals(
                    0,
                    new ProcessBuilder(bundle.createCommand("box"))
                            .redirectOutput(out.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .waitFor());
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("it has written", () -> bundle.read("out").equals("from inside\n"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void no_process_of_ours_stays_after_create() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            long pid = bundle.state("box").get("pid").longValue();
            String parent = ProcessHandle.of(pid)
                    .flatMap(ProcessHandle::parent)
                    .map(process -> Host.processes().getOrDefault(process.pid(), ""))
                    .orElse("");
            assertFalse(parent.matches(".*(rustyrun|Rustyrun) (create|child|init) .*"), parent);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void operations_in_a_wrong_state_fail_and_change_nothing() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            for (String operation : List.of("state", "start", "kill", "delete", "pause", "ps")) {
                String line = bundle.rustyrun(operation, "nobody").expect(1).errorLine();
                assertTrue(line.contains("container \"nobody\" does not exist"), line);
            }
            bundle.create("box").expect(0);
            assertTrue(bundle.create("box").expect(1).errorLine().contains("already exists"));
            assertTrue(bundle.rustyrun("delete", "box").expect(1).errorLine().contains("it is created, not stopped"));
            assertEquals("created", bundle.status("box"));
            bundle.rustyrun("start", "box").expect(0);
            assertTrue(bundle.rustyrun("start", "box").expect(1).errorLine().contains("it is running, not created"));
            assertTrue(bundle.rustyrun("delete", "box").expect(1).errorLine().contains("it is running, not stopped"));
            assertTrue(bundle.rustyrun("resume", "box").expect(1).errorLine().contains("not paused"));
            assertEquals("running", bundle.status("box"));
            bundle.rustyrun("kill", "box", "9").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertTrue(bundle.rustyrun("start", "box").expect(1).errorLine().contains("it is stopped, not created"));
            assertTrue(bundle.rustyrun("kill", "box", "9").expect(1).errorLine().contains("container not running"));
            assertTrue(bundle.rustyrun("kill", "-KILL", "box")
                    .expect(1)
                    .errorLine()
                    .contains("container not running"));
            assertTrue(bundle.rustyrun("kill", "-s", "KILL", "box", "TERM")
                    .expect(1)
                    .errorLine()
                    .contains("the signal is given twice: \"KILL\" and \"TERM\""));
            assertTrue(bundle.rustyrun("kill", "box", "NOSIGNAL")
                    .expect(1)
                    .errorLine()
                    .contains("NOSIGNAL"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_id_is_created_once_however_many_try_at_the_same_time() throws Exception {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            List<Process> tries = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                tries.add(new ProcessBuilder(bundle.createCommand("box"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
            int made = 0;
            for (Process process : tries) {
                made += process.waitFor() == 0 ? 1 : 0;
            }
            assertEquals(1, made);
            assertEquals("created", bundle.status("box"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_missing_program_makes_create_fail_and_leaves_nothing() {
        try (OciBundle bundle = new OciBundle("no-such-program")) {
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("executable file not found in $PATH"), line);
            assertEquals(List.of(), bundle.left());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_program_that_cannot_be_executed_fails_start() throws Exception {
        try (OciBundle bundle = new OciBundle("/broken")) {
            Path broken = bundle.file("broken");
            Files.writeString(broken, "#!/no/such/interpreter\n");
            assertTrue(broken.toFile().setExecutable(true));
            bundle.edit(config -> config.withArray("mounts")
                    .addObject()
                    .put("destination", "/broken")
                    .put("type", "bind")
                    .put("source", broken.toString())
                    .putArray("options")
                    .add("bind"));
            bundle.create("box").expect(0);
            assertTrue(bundle.rustyrun("start", "box").expect(1).errorLine().contains("its interpreter"));
            bundle.awaitStatus("box", "stopped");
            bundle.rustyrun("delete", "box").expect(0);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_bundle_without_a_process_is_created_and_cannot_be_started() {
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(config -> config.remove("process"));
            bundle.create("box").expect(0);
            assertEquals("created", bundle.status("box"));
            assertTrue(bundle.rustyrun("start", "box").expect(1).errorLine().contains("no process to start"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void later_changes_of_config_json_have_no_effect() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("box").expect(0);
            bundle.editProcess(process -> process.putArray("args").add("false"));
            bundle.rustyrun("start", "box").expect(0);
            assertEquals("running", bundle.status("box"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void signals_reach_the_command_by_name_and_by_number() {
        try (OciBundle bundle = new OciBundle(
                "sh", "-c", "trap 'echo usr1' USR1; trap 'exit 7' TERM; echo up;" + " while :; do sleep 0.05; done")) {
            Process create = start(bundle, "box");
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("it is up", () -> bundle.read("out").contains("up"));
            bundle.rustyrun("kill", "-s", "SIGUSR1", "box").expect(0);
            Host.eventually("it has got USR1", () -> bundle.read("out").contains("usr1"));
            bundle.rustyrun("kill", "-15", "box").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertFalse(create.isAlive());
        }
    }

    private static Process start(OciBundle bundle, String id) {
        try {
            Process create = new ProcessBuilder(bundle.createCommand(id))
                    .redirectOutput(bundle.file("out").toFile())
                    .redirectErrorStream(true)
                    .start();
            assertEquals(0, create.waitFor(), () -> bundle.read("out"));
            return create;
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void kill_all_reaches_every_process_of_a_container_without_a_pid_namespace() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "sleep " + MARK + " & exec sleep " + MARK)) {
            bundle.edit(config -> removeNamespace(config, "pid"));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("both run", () -> sleepers() == 2);
            bundle.rustyrun("kill", "--all", "box", "KILL").expect(0);
            Host.eventually("both have ended", () -> sleepers() == 0);
            bundle.rustyrun("delete", "box").expect(0);
        }
    }

    private static OciBundle sleepersWithoutPids() {
        OciBundle bundle =
                new OciBundle("sh", "-c", "sleep " + MARK + " & setsid sleep " + MARK + " & exec sleep " + MARK);
        bundle.edit(config -> removeNamespace(config, "pid"));
        bundle.create("box").expect(0);
        bundle.rustyrun("start", "box").expect(0);
        Host.eventually("all run", () -> sleepers() == 3);
        return bundle;
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C11_sigkill_ends_every_process_of_a_container_without_a_pid_namespace() {
        try (OciBundle bundle = sleepersWithoutPids()) {
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            Host.eventually("all have ended", () -> sleepers() == 0);
            assertTrue(
                    bundle.rustyrun("kill", "box", "KILL").expect(1).errorLine().contains("container not running"));
            bundle.rustyrun("delete", "box").expect(0);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C11_sigkill_ends_what_has_outlived_the_first_process_and_so_does_delete_force() {
        for (String[] ends : new String[][] {{"kill", "box", "KILL"}, {"delete", "--force", "box"}}) {
            try (OciBundle bundle = sleepersWithoutPids()) {
                Host.signal(bundle.state("box").get("pid").longValue(), "KILL");
                bundle.awaitStatus("box", "stopped");
                assertEquals(2, sleepers());
                bundle.rustyrun(ends).expect(0);
                Host.eventually("all have ended", () -> sleepers() == 0);
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C11_another_signal_reaches_the_first_process_only() {
        try (OciBundle bundle = sleepersWithoutPids()) {
            bundle.rustyrun("kill", "box", "TERM").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertEquals(2, sleepers());
        }
        assertEquals(0, sleepers(), "deleted with force");
    }

    private static void removeNamespace(JsonNode config, String type) {
        var namespaces = config.get("linux").withArray("namespaces").elements();
        while (namespaces.hasNext()) {
            if (namespaces.next().get("type").textValue().equals(type)) {
                namespaces.remove();
            }
        }
    }

    private static long sleepers() {
        return Host.processes().values().stream()
                .filter(words -> words.startsWith("sleep " + MARK))
                .count();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void delete_force_ends_a_running_container_and_a_missing_one_is_no_error() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            bundle.rustyrun("delete", "--force", "box").expect(0);
            assertEquals(0, sleepers());
            assertEquals(List.of(), bundle.left());
            bundle.rustyrun("delete", "--force", "box").expect(0);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void run_creates_starts_waits_and_deletes() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "echo out; exit 3")) {
            Launcher.Result result = bundle.rustyrun(
                            "run", "--bundle", bundle.directory().toString(), "box")
                    .expect(3);
            assertEquals("out\n", result.out());
            assertEquals(List.of(), bundle.left());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void ambient_capabilities_that_are_not_inheritable_are_not_granted_as_with_runcs_template() {
        try (OciBundle bundle = new OciBundle("grep", "Cap[IA]", "/proc/self/status")) {
            bundle.editProcess(process ->
                    process.withObject("/capabilities").putArray("ambient").add("CAP_KILL"));
            String sets = bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                    .expect(0)
                    .out();
            assertEquals("CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n", sets);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void run_detached_comes_back_when_the_command_runs() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.rustyrun("run", "--detach", "--bundle", bundle.directory().toString(), "box")
                    .expect(0);
            assertEquals("running", bundle.status("box"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void list_shows_all_containers_in_three_formats() throws Exception {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("one").expect(0);
            bundle.create("two").expect(0);
            bundle.rustyrun("start", "two").expect(0);
            assertEquals(
                    "one\ntwo\n", bundle.rustyrun("list", "--quiet").expect(0).out());
            JsonNode all = new ObjectMapper()
                    .readTree(bundle.rustyrun("list", "-f", "json").expect(0).out());
            assertEquals("created", all.get(0).get("status").textValue());
            assertEquals("running", all.get(1).get("status").textValue());
            String table = bundle.rustyrun("list").expect(0).out();
            assertTrue(
                    table.matches("(?s)ID +PID +STATUS +BUNDLE +CREATED +OWNER\n.*two +[0-9]+ +running +/.*"), table);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_paused_container_stops_and_continues() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            bundle.rustyrun("pause", "box").expect(0);
            assertEquals("paused", bundle.status("box"));
            bundle.rustyrun("resume", "box").expect(0);
            assertEquals("running", bundle.status("box"));
            bundle.rustyrun("pause", "box").expect(0);
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void ps_update_and_events_show_and_change_resource_usage() throws Exception {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            assertEquals(
                    "[" + bundle.state("box").get("pid") + "]\n",
                    bundle.rustyrun("ps", "-f", "json", "box").expect(0).out());
            assertTrue(bundle.rustyrun("ps", "box").expect(0).out().matches("(?s)UID.*PID.*\n.*sleep " + MARK + "\n"));
            bundle.rustyrun("update", "--pids-limit", "77", "--memory", "64m", "box")
                    .expect(0);
            JsonNode data = new ObjectMapper()
                    .readTree(bundle.rustyrun("events", "--stats", "box")
                            .expect(0)
                            .out())
                    .get("data");
            assertEquals(77, data.get("pids").get("limit").intValue());
            assertEquals(64 << 20, data.get("memory").get("usage").get("limit").intValue());
            assertEquals(1, data.get("pids").get("current").intValue());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void errors_go_into_the_log_as_runc_writes_them() throws Exception {
        try (OciBundle bundle = new OciBundle("true")) {
            String log = bundle.file("log").toString();
            bundle.rustyrun("--log", log, "--log-format", "json", "state", "nobody")
                    .expect(1);
            JsonNode line = new ObjectMapper().readTree(bundle.read("log"));
            assertEquals("error", line.get("level").textValue());
            assertTrue(line.get("msg").textValue().contains("nobody"), line.toString());
            assertTrue(line.get("time").textValue().matches("[0-9-]+T[0-9:]+Z"), line.toString());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void after_sigkill_to_create_at_any_moment_delete_force_leaves_nothing() throws Exception {
        Host.State before = Host.state();
        Random random = new Random(4);
        int longest = Launcher.isNative() ? 30_000 : 2_000_000;
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            for (int i = 0; i < (Launcher.isNative() ? 40 : 12); i++) {
                Process create = new ProcessBuilder(bundle.createCommand("box"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                TimeUnit.MICROSECONDS.sleep(random.nextInt(longest));
                create.destroyForcibly().waitFor();
                bundle.rustyrun("delete", "--force", "box").expect(0);
                assertEquals(List.of(), bundle.left());
                Host.eventually(
                        "no stage is left",
                        () -> Host.processes().values().stream()
                                .noneMatch(
                                        words -> words.matches(
                                                "(.*[/ ])?rustyrun (child|init) .*|.*dev\\.rustyrun\\.Rustyrun (child|init) .*")));
                assertEquals(List.of(), cgroupsOf("box"));
            }
        }
        assertEquals(before, Host.state());
    }

    private static List<String> cgroupsOf(String id) {
        return Launcher.execute(List.of("find", "/sys/fs/cgroup", "-type", "d", "-path", "*/rustyrun/" + id), "")
                .out()
                .lines()
                .toList();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_command_without_a_home_has_that_of_its_user() throws Exception {
        try (OciBundle bundle = new OciBundle("sh", "-c", "echo $HOME")) {
            Files.createDirectory(bundle.file("etc"));
            Files.writeString(
                    bundle.file("etc").resolve("passwd"), "root:x:0:0::/root:/bin/sh\nann:x:7:7::/home/ann:/bin/sh\n");
            bundle.edit(config -> config.withArray("mounts")
                    .addObject()
                    .put("destination", "/etc")
                    .put("type", "bind")
                    .put("source", bundle.file("etc").toString())
                    .putArray("options")
                    .add("bind"));
            for (String[] expected : new String[][] {{"0", "/root"}, {"7", "/home/ann"}, {"8", "/"}}) {
                bundle.editProcess(process -> process.withObject("/user").put("uid", Integer.parseInt(expected[0])));
                assertEquals(
                        expected[1] + "\n",
                        bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                                .out());
            }
        }
    }

    @NativeOnly("a JVM makes calls of its own between the filter and the execve: the test needs the native executable")
    @Test
    void a_filter_may_allow_the_execve_and_what_the_command_needs_and_nothing_else_natively() {
        try (OciBundle bundle = new OciBundle("echo", "through")) {
            bundle.edit(config -> {
                ObjectNode rule = config.withObject("/linux/seccomp")
                        .put("defaultAction", "SCMP_ACT_ERRNO")
                        .withArray("syscalls")
                        .addObject()
                        .put("action", "SCMP_ACT_ALLOW");
                List.of(
                                "execve",
                                "brk",
                                "arch_prctl",
                                "set_tid_address",
                                "set_robust_list",
                                "rseq",
                                "prlimit64",
                                "readlink",
                                "readlinkat",
                                "getrandom",
                                "mprotect",
                                "prctl",
                                "getuid",
                                "newfstatat",
                                "fstat",
                                "write",
                                "exit_group")
                        .forEach(rule.putArray("names")::add);
            });
            Launcher.Result run = bundle.rustyrun(
                            "run", "--bundle", bundle.directory().toString(), "box")
                    .expect(0);
            assertEquals("through\n", run.out());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_cgroup_that_is_frozen_is_refused_for_what_enters_it_would_never_start() throws Exception {
        boolean v1 = Files.isDirectory(Path.of("/sys/fs/cgroup/freezer"));
        String parent = "/rustyrun-frozen-" + ProcessHandle.current().pid();
        Path directory = Path.of((v1 ? "/sys/fs/cgroup/freezer" : "/sys/fs/cgroup") + parent);
        Path state = directory.resolve(v1 ? "freezer.state" : "cgroup.freeze");
        Files.createDirectory(directory);
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(config -> config.withObject("/linux").put("cgroupsPath", parent + "/box"));
            Files.writeString(state, v1 ? "FROZEN" : "1");
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("the cgroup " + parent + "/box or one above it is frozen: thaw it first"), line);
            assertEquals(List.of(), bundle.left());
            Files.writeString(state, v1 ? "THAWED" : "0");
            bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                    .expect(0);
        } finally {
            Files.writeString(state, v1 ? "THAWED" : "0");
            Launcher.execute(
                    List.of("sh", "-c", "find /sys/fs/cgroup -depth -type d -path '*" + parent + "*' -exec rmdir {} +"),
                    "");
        }
    }
}
