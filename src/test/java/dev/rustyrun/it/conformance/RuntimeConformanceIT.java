package dev.rustyrun.it.conformance;

import static dev.rustyrun.it.conformance.Conformance.hook;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.it.Host;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.NativeOnly;
import dev.rustyrun.it.OciBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** runtime.md: state and operations. Needs root and the native executable. */
@NativeOnly("the same code runs on a JVM, many times slower")
class RuntimeConformanceIT {

    private static final String SEMVER =
            "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?";

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    /** Checks the rules of the specification's state-schema.json and of runtime.md, "State". */
    private static void expectState(JsonNode state, String id, String status, OciBundle bundle) {
        assertTrue(state.get("ociVersion").textValue().matches(SEMVER), state.toString());
        assertEquals(id, state.get("id").textValue());
        assertEquals(status, state.get("status").textValue());
        assertEquals(bundle.directory().toString(), state.get("bundle").textValue());
        JsonNode pid = state.get("pid");
        boolean hasProcess = !status.equals("stopped");
        assertTrue(
                pid == null ? !hasProcess : pid.isIntegralNumber() && (pid.intValue() > 0) == hasProcess,
                state.toString());
        assertEquals(
                "value of mine",
                state.get("annotations").get("org.example.mine").textValue());
        state.get("annotations").forEach(value -> assertTrue(value.isTextual()));
    }

    private static OciBundle bundle(String... args) {
        return new OciBundle(args)
                .edit(config -> config.putObject("annotations").put("org.example.mine", "value of mine"));
    }

    @Test
    @DisplayName("runtime.md, State: it has version, id, status, pid, bundle and annotations at each point of the life")
    void state_is_as_the_schema_says_at_each_point() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            expectState(bundle.state("box"), "box", "created", bundle);
            bundle.rustyrun("start", "box").expect(0);
            JsonNode running = bundle.state("box");
            expectState(running, "box", "running", bundle);
            assertTrue(
                    Host.read("/proc/" + running.get("pid") + "/cmdline").startsWith("sleep"), "the host's id of it");
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
            expectState(bundle.state("box"), "box", "stopped", bundle);
        }
    }

    @Test
    @DisplayName(
            "runtime.md, Lifecycle 2: the program does not run at create, and later changes of config.json change nothing")
    void start_runs_the_program_that_existed_at_create() {
        try (OciBundle bundle = bundle("touch", "/out/ran")) {
            bundle.edit(config -> Conformance.bind(config, bundle.directory().toString(), "/out"));
            bundle.create("box").expect(0);
            assertFalse(Files.exists(bundle.file("ran")));
            bundle.editProcess(process -> process.putArray("args").add("touch").add("/out/other"));
            bundle.rustyrun("start", "box").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertTrue(Files.exists(bundle.file("ran")) && !Files.exists(bundle.file("other")));
        }
    }

    @Test
    @DisplayName("runtime.md, Errors: a failed create leaves the environment as it was")
    void a_failed_create_leaves_nothing() {
        try (OciBundle bundle = bundle("true")) {
            bundle.edit(config -> Conformance.linux(config).put("cgroupsPath", "/rustyrun-conformance/failed"));
            bundle.edit(config -> hook(config, "createContainer", "exit 1"));
            List<String> find =
                    List.of("find", "/sys/fs/cgroup", "-maxdepth", "4", "-path", "*rustyrun-conformance/failed");
            String mounts = Host.read("/proc/self/mountinfo");
            bundle.create("box").expect(1);
            assertEquals(List.of(), bundle.left());
            assertEquals("", Launcher.execute(find, "").out());
            assertEquals(mounts, Host.read("/proc/self/mountinfo"));
        }
        Launcher.execute(
                List.of("sh", "-c", "find /sys/fs/cgroup -depth -type d -name rustyrun-conformance -exec rmdir {} ';'"),
                "");
    }

    @Test
    @DisplayName(
            "runtime.md, Query State, Start, Kill, Delete: without an id, or with one that is not there, it is an error")
    void operations_need_the_id_of_a_container() {
        try (OciBundle bundle = bundle("true")) {
            for (String operation : List.of("state", "start", "kill", "delete")) {
                assertTrue(bundle.rustyrun(operation).exitCode() != 0, operation);
                assertTrue(
                        bundle.rustyrun(operation, "nobody")
                                .expect(1)
                                .errorLine()
                                .contains("does not exist"),
                        operation);
            }
        }
    }

    @Test
    @DisplayName("runtime.md, Create: an id that is missing, not valid, or in use is an error and makes no container")
    void create_needs_a_new_id_and_a_bundle() throws IOException {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            assertTrue(
                    bundle.rustyrun("create", "--bundle", bundle.directory().toString())
                                    .exitCode()
                            != 0,
                    "no id");
            for (String id : List.of("../up", "a/b", "", ".", "a b", "\u00e9")) {
                bundle.create(id).expect(1);
            }
            assertEquals(List.of(), bundle.left());
            assertEquals(
                    1,
                    bundle.rustyrun("create", "--bundle", "/no/such/bundle", "box")
                            .exitCode());
            bundle.create("box").expect(0);
            int pid = bundle.state("box").get("pid").intValue();
            assertTrue(bundle.create("box").expect(1).errorLine().contains("already exists"));
            assertEquals(pid, bundle.state("box").get("pid").intValue(), "the existing one is unchanged");
        }
    }

    @Test
    @DisplayName(
            "runtime.md, Start: of a container that is not created, or has no process, it is an error that changes nothing")
    void start_is_for_created_containers_with_a_process() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            JsonNode before = bundle.state("box");
            bundle.rustyrun("start", "box").expect(1);
            assertEquals(before, bundle.state("box"));
            bundle.edit(config -> config.remove("process"));
            bundle.create("empty").expect(0);
            assertTrue(bundle.rustyrun("start", "empty").expect(1).errorLine().contains("no process to start"));
            assertEquals("created", bundle.status("empty"));
        }
    }

    @Test
    @DisplayName(
            "runtime.md, Kill: the signal reaches the process; of one that is neither created nor running it is an error")
    void kill_sends_the_signal() {
        String script = "trap 'echo got >> /out/got; exit 3' USR1; echo up > /out/up; while true; do sleep 0.1; done";
        try (OciBundle bundle = bundle("sh", "-c", script)) {
            bundle.edit(config -> Conformance.bind(config, bundle.directory().toString(), "/out"));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("it is up", () -> Files.exists(bundle.file("up")));
            bundle.rustyrun("kill", "box", "USR1").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertEquals("got\n", bundle.read("got"));
            assertTrue(
                    bundle.rustyrun("kill", "box", "USR1").expect(1).errorLine().contains("not running"));
            bundle.create("created").expect(0);
            bundle.rustyrun("kill", "created", "KILL").expect(0);
            bundle.awaitStatus("created", "stopped");
        }
    }

    @Test
    @DisplayName("runtime.md, Delete: of a stopped container only; resources that create made are removed, others stay")
    void delete_undoes_create() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.edit(config -> Conformance.bind(config, bundle.directory().toString(), "/out"));
            bundle.create("box").expect(0);
            assertTrue(bundle.rustyrun("delete", "box").expect(1).errorLine().contains("not stopped"));
            bundle.rustyrun("start", "box").expect(0);
            assertTrue(bundle.rustyrun("delete", "box").expect(1).errorLine().contains("not stopped"));
            String pid = bundle.state("box").get("pid").asText();
            String cgroup = Host.read("/proc/" + pid + "/cgroup")
                    .lines()
                    .filter(line -> line.contains(":pids:") || line.startsWith("0::"))
                    .map(line -> line.substring(line.lastIndexOf(':') + 1))
                    .findFirst()
                    .orElse("");
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
            bundle.rustyrun("delete", "box").expect(0);
            assertEquals(List.of(), bundle.left());
            assertTrue(cgroup.length() > 1, cgroup);
            assertEquals(
                    "",
                    Launcher.execute(List.of("find", "/sys/fs/cgroup", "-maxdepth", "5", "-path", "*" + cgroup), "")
                            .out());
            assertTrue(Files.exists(bundle.file("config.json")), "the bundle is not ours");
            bundle.create("box").expect(0);
        }
    }
}
