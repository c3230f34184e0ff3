package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers that run for long: what their processes cost, and that they still end together. Needs root. */
@NativeOnly("a JVM needs many times more memory")
class StayingContainersIT {

    /** The memory in KiB that only a waiting child has. It needs 16. */
    private static final int CHILD_KIB = 48;
    /** The memory in KiB that only a waiting monitor has. It needs 1500. */
    private static final int MONITOR_KIB = 2048;

    private static final String MARK = "87654.1234";

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @AfterEach
    void deleteAll() {
        rustyrun("delete", "--force", "--regex", ".");
    }

    private Launcher.Result rustyrun(String... words) {
        List<String> all = new ArrayList<>(Launcher.command("--root", store().toString()));
        all.addAll(List.of(words));
        return Launcher.execute(all, "");
    }

    private Path store() {
        return folder.resolve("store");
    }

    private String[] run(String... words) {
        List<String> all =
                new ArrayList<>(List.of("run", "--rootfs", Launcher.busybox().toString()));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    private JsonNode only() throws IOException {
        return new ObjectMapper()
                .readTree(rustyrun("list", "--format", "json").expect(0).out())
                .path(0);
    }

    /** The process above {@code pid}. */
    private static long parentOf(long pid) {
        return field(pid, "status", "PPid");
    }

    private static long field(long pid, String file, String name) {
        Matcher found =
                Pattern.compile("(?m)^" + name + ":\\s+([0-9]+)").matcher(Host.read("/proc/" + pid + "/" + file));
        assertTrue(found.find(), name);
        return Long.parseLong(found.group(1));
    }

    private static long privateKib(long pid) {
        return field(pid, "smaps_rollup", "Private_Dirty");
    }

    private static boolean isSmall(long child) {
        return Host.link(Path.of("/proc/" + child + "/exe")).toString().startsWith("/memfd:child");
    }

    private static void awaitSmall(long child) {
        Host.eventually("child is the small program", () -> isSmall(child));
    }

    @Test
    void a_detached_container_has_two_waiting_processes_with_little_memory_and_no_timers() throws IOException {
        // Compiles the filter, which the monitor of the first container would do otherwise.
        rustyrun(run("--command", "true")).expect(0);
        rustyrun(run("-d", "--command", "sleep", MARK)).expect(0);
        long command = only().path("pid").asLong();
        long child = parentOf(command);
        long monitor = parentOf(child);
        assertEquals(List.of(child), Host.childrenOf(monitor));
        assertEquals(List.of(command), Host.childrenOf(child));
        awaitSmall(child);
        assertTrue(privateKib(monitor) <= MONITOR_KIB, () -> privateKib(monitor) + " KiB");
        assertTrue(privateKib(child) <= CHILD_KIB, () -> privateKib(child) + " KiB");
        long before = wakeups(monitor) + wakeups(child);
        // Takes longer than anything that the two processes ever wait for.
        rustyrun(run("--command", "sleep", "2")).expect(0);
        assertEquals(before, wakeups(monitor) + wakeups(child));
    }

    private static long wakeups(long pid) {
        return field(pid, "status", "voluntary_ctxt_switches");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "child", "init"})
    void killing_a_stage_ends_a_container_that_stays_and_leaves_nothing(String stage) throws Exception {
        List<String> words = new ArrayList<>(Launcher.command("--root", store().toString()));
        words.addAll(List.of(run("--name", "stays", "--memory", "64m", "--command", "sleep", MARK)));
        Process run = new ProcessBuilder(words).start();
        Host.expectRunning("sleep " + MARK);
        long init = only().path("pid").asLong();
        long child = parentOf(init);
        awaitSmall(child);
        assertTrue(Files.exists(store().resolve("stays")));
        List<Path> groups = cgroupsOf(init);
        assertFalse(groups.isEmpty());
        Host.signal(stage.equals("run") ? run.pid() : stage.equals("child") ? child : init, "KILL");
        assertEquals(137, run.waitFor());
        Host.expectNothingLeft(MARK);
        Host.eventually("its state is removed", () -> !Files.exists(store().resolve("stays")));
        Host.eventually("its cgroups are removed", () -> groups.stream().noneMatch(Files::exists));
    }

    /** The directories of the process's cgroups that are named after the container. */
    private static List<Path> cgroupsOf(long pid) {
        List<Path> groups = new ArrayList<>();
        for (String line : Host.read("/proc/" + pid + "/cgroup").lines().toList()) {
            String[] parts = line.split(":", 3);
            String controllers = parts[1].isEmpty() ? "unified" : parts[1].replace("name=", "");
            for (String hierarchy : List.of(controllers, "")) {
                Path group = Path.of("/sys/fs/cgroup", hierarchy, parts[2]);
                if (parts[2].endsWith("stays") && Files.exists(group)) {
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    @Test
    void it_gets_signals_and_its_status_and_processor_time_are_reported() throws Exception {
        Path result = folder.resolve("outcome");
        List<String> words = new ArrayList<>(Launcher.command("--root", store().toString()));
        words.addAll(List.of(run(
                "--result",
                result.toString(),
                "--command",
                "sh",
                "-c",
                "trap 'exit 9' USR1; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; while :; do sleep 0.1; done",
                MARK)));
        Process run = new ProcessBuilder(words).start();
        Host.eventually(
                "the command runs",
                () -> Host.processes().values().stream().anyMatch(line -> line.startsWith("sh -c trap")));
        long init = only().path("pid").asLong();
        awaitSmall(parentOf(init));
        Host.signal(run.pid(), "USR1");
        assertEquals(9, run.waitFor());
        JsonNode outcome = new ObjectMapper().readTree(result.toFile());
        assertEquals("exited", outcome.path("reason").asText());
        assertEquals(9, outcome.path("exitCode").asInt());
        assertTrue(outcome.path("cpuMicros").asLong() > 1000, outcome.toString());
    }

    @Test
    void the_signal_that_ended_it_is_reported() throws IOException {
        rustyrun(run("-d", "--name", "stays", "--command", "sleep", MARK)).expect(0);
        awaitSmall(parentOf(only().path("pid").asLong()));
        rustyrun("kill", "stays", "KILL").expect(0);
        rustyrun("wait", "stays").expect(137);
        JsonNode result = new ObjectMapper()
                .readTree(rustyrun("inspect", "stays").expect(0).out())
                .path(0)
                .path("result");
        assertEquals("signalled", result.path("reason").asText());
        assertEquals(9, result.path("signal").asInt());
        assertTrue(result.path("cpuMicros").asLong() > 0, result.toString());
    }
}
