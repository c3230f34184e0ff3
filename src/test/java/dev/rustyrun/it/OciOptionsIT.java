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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The effect of runc's and crun's command line options on real containers. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class OciOptionsIT {

    private static final String MARK = "48151";
    private static final long MEGABYTE = 1 << 20;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static OciBundle running(String... args) {
        OciBundle bundle = new OciBundle(args);
        run(bundle, "box");
        return bundle;
    }

    private static void run(OciBundle bundle, String id) {
        bundle.rustyrun("run", "--detach", "--bundle", bundle.directory().toString(), id)
                .expect(0);
    }

    @Test
    void the_manager_of_cgroups_is_cgroupfs() {
        try (OciBundle bundle = new OciBundle("echo", "ok")) {
            assertEquals(
                    "ok\n",
                    bundle.rustyrun(
                                    "--cgroup-manager",
                                    "cgroupfs",
                                    "run",
                                    "--bundle",
                                    bundle.directory().toString(),
                                    "box")
                            .expect(0)
                            .out());
            assertEquals(
                    "ok\n",
                    bundle.rustyrun(
                                    "--cgroup-manager=cgroupfs",
                                    "run",
                                    "--bundle",
                                    bundle.directory().toString(),
                                    "box")
                            .expect(0)
                            .out());
            for (String other : List.of("disabled", "x")) {
                String line = bundle.rustyrun("--cgroup-manager", other, "list")
                        .expect(1)
                        .errorLine();
                assertTrue(line.contains("--cgroup-manager") && line.contains(other), line);
            }
        }
    }

    @Test
    void an_id_that_cannot_be_is_called_an_id() {
        try (OciBundle bundle = new OciBundle("true")) {
            for (String id : List.of("a/b", "..", "")) {
                String line = bundle.create(id).expect(1).errorLine();
                assertTrue(line.contains("id \"" + id + "\"") || line.contains("the container id"), line);
            }
        }
    }

    @Test
    void a_word_in_the_directory_of_a_bundle_is_not_pulled_as_an_image() {
        try (OciBundle bundle = new OciBundle("echo", "bundle")) {
            String line = in(bundle, "run", "box").expectFailure().errorLine();
            assertTrue(line.contains("pass --bundle . to run it as \"box\""), line);
            assertEquals(
                    "bundle\n",
                    in(bundle, "run", "--bundle", ".", "box").expect(0).out());
            assertEquals(List.of(), bundle.left());
        }
    }

    private static Launcher.Result in(OciBundle bundle, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "sh", "-c", "cd \"$0\" && exec \"$@\"", bundle.directory().toString()));
        command.addAll(bundle.command(words));
        return Launcher.execute(command, "");
    }

    @Test
    void the_configuration_may_have_another_name_and_the_rootfs_stays_relative_to_the_bundle() throws Exception {
        try (OciBundle bundle = new OciBundle("echo", "other")) {
            Files.createSymbolicLink(bundle.file("rootfs"), Launcher.busybox());
            bundle.edit(config -> config.withObject("/root").put("path", "rootfs"));
            Files.createDirectory(bundle.file("config"));
            Files.move(bundle.file("config.json"), bundle.file("config/other.json"));
            assertEquals(
                    "other\n",
                    bundle.rustyrun(
                                    "run",
                                    "--bundle",
                                    bundle.directory().toString(),
                                    "--config",
                                    "config/other.json",
                                    "box")
                            .expect(0)
                            .out());
            bundle.create("box", "-f", bundle.file("config/other.json").toString())
                    .expect(0);
            assertEquals("created", bundle.status("box"));
            String line = bundle.create("two", "-f", "none.json").expect(1).errorLine();
            assertTrue(line.contains("has no none.json"), line);
        }
    }

    @Test
    void a_container_that_is_kept_stays_stopped_until_it_is_deleted() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "exit 3")) {
            bundle.edit(config -> config.withObject("/linux").put("cgroupsPath", "/rustyrun-it-kept"));
            bundle.rustyrun("run", "--keep", "--bundle", bundle.directory().toString(), "box")
                    .expect(3);
            assertEquals("stopped", bundle.status("box"));
            assertFalse(cgroups("rustyrun-it-kept").isEmpty());
            bundle.rustyrun("delete", "box").expect(0);
            assertEquals(List.of(), bundle.left());
            assertEquals(List.of(), cgroups("rustyrun-it-kept"));
            assertTrue(Launcher.run("--keep", "--rm", "--command", "true")
                    .expect(125)
                    .errorLine()
                    .contains("--keep and --rm"));
        }
    }

    private static List<String> cgroups(String name) {
        return Launcher.execute(List.of("find", "/sys/fs/cgroup", "-type", "d", "-name", name), "")
                .out()
                .lines()
                .toList();
    }

    @Test
    void delete_takes_regular_expressions() {
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            for (String id : List.of("web-1", "web-2", "db")) {
                bundle.create(id).expect(0);
            }
            assertTrue(bundle.rustyrun("delete", "--regex", "(")
                    .expect(1)
                    .errorLine()
                    .contains("regular expression"));
            bundle.rustyrun("delete", "--force", "--regex", "^web-[0-9]$").expect(0);
            assertEquals(List.of("db"), bundle.left());
            bundle.rustyrun("delete", "--force", "--regex", "nothing").expect(0);
        }
    }

    @Test
    void v_alone_is_the_version() {
        assertEquals(
                Launcher.rustyrun("--version").expect(0).out(),
                Launcher.rustyrun("-v").expect(0).out());
        assertEquals("", Launcher.rustyrun("-v").err());
    }

    @Test
    void words_after_the_id_are_the_options_of_ps() {
        try (OciBundle bundle = running("sleep", MARK)) {
            String out = bundle.rustyrun("ps", "box", "-e", "-o", "pid,args")
                    .expect(0)
                    .out();
            assertTrue(out.matches("(?s) *PID COMMAND\n *[0-9]+ sleep " + MARK + "\n"), out);
            assertTrue(bundle.rustyrun("ps", "box", "-e", "-x").expect(0).out().contains("STAT"));
        }
    }

    @Test
    void ps_of_a_container_that_has_stopped_is_the_heading() {
        try (OciBundle bundle = running("sleep", MARK)) {
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertTrue(bundle.rustyrun("ps", "box").expect(0).out().matches("UID +PID .*\n"));
            assertEquals(
                    "[]\n", bundle.rustyrun("ps", "-f", "json", "box").expect(0).out());
            bundle.rustyrun("ps", "nobody").expect(1).errorLine();
        }
    }

    @Test
    void swap_alone_is_added_to_the_current_memory_limit() throws Exception {
        Path v1 = Path.of("/sys/fs/cgroup/memory/rustyrun-it-swap/memory.memsw.limit_in_bytes");
        Path v2 = Path.of("/sys/fs/cgroup/rustyrun-it-swap/memory.swap.max");
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.edit(config -> config.withObject("/linux")
                    .put("cgroupsPath", "/rustyrun-it-swap")
                    .withObject("/resources/memory")
                    .put("limit", 32 * MEGABYTE));
            run(bundle, "box");
            Assumptions.assumeTrue(Files.exists(v1) || Files.exists(v2), "this kernel counts no swap");
            bundle.rustyrun("update", "--memory-swap", "50m", "box").expect(0);
            assertEquals(
                    Long.toString((Files.exists(v1) ? 50 : 18) * MEGABYTE),
                    Files.readString(Files.exists(v1) ? v1 : v2).strip());
            assertTrue(bundle.rustyrun("update", "--memory-swap", "20m", "box")
                    .expect(1)
                    .errorLine()
                    .contains("less than memory.limit"));
            bundle.rustyrun("update", "--memory", "-1", "box").expect(0);
            String lifted = Files.readString(Files.exists(v1) ? v1 : v2).strip();
            assertTrue(lifted.equals("max") || Long.parseLong(lifted) > Long.MAX_VALUE / 2, lifted);
        }
        try (OciBundle bundle = running("sleep", MARK)) {
            assertTrue(bundle.rustyrun("update", "--memory-swap", "50m", "box")
                    .expect(1)
                    .errorLine()
                    .contains("needs a memory.limit"));
        }
    }

    @Test
    void limits_of_real_time_are_set_or_the_kernel_says_why_not() throws Exception {
        Path period = Path.of("/sys/fs/cgroup/cpu/rustyrun-it-rt/cpu.rt_period_us");
        try (OciBundle bundle = new OciBundle("sleep", MARK)) {
            bundle.edit(config -> config.withObject("/linux").put("cgroupsPath", "/rustyrun-it-rt"));
            run(bundle, "box");
            Launcher.Result result = bundle.rustyrun("update", "--cpu-rt-period", "900000", "box");
            if (Files.exists(period)) {
                result.expect(0);
                assertEquals("900000", Files.readString(period).strip());
            } else {
                assertTrue(result.expect(125).errorLine().contains("rt"), result.err());
            }
            assertTrue(bundle.rustyrun("update", "--cpu-rt-period", "1000", "--cpu-rt-runtime", "2000", "box")
                    .expect(1)
                    .errorLine()
                    .contains("cpu.realtimeRuntime"));
        }
    }

    @Test
    void events_report_an_oom_kill_and_end_with_the_container() throws Exception {
        try (OciBundle bundle = new OciBundle(
                "sh",
                "-c",
                "while ! [ -e /tmp/go ]; do sleep 0.1; done;"
                        + " tail /dev/zero; while [ -e /tmp/go ]; do sleep 0.1; done")) {
            Path shared = Files.createDirectory(bundle.file("shared"));
            bundle.edit(config -> {
                config.withObject("/linux/resources/memory")
                        .put("limit", 16 * MEGABYTE)
                        .put("swap", 16 * MEGABYTE);
                config.withArray("mounts")
                        .addObject()
                        .put("destination", "/tmp")
                        .put("type", "bind")
                        .put("source", shared.toString())
                        .putArray("options")
                        .add("bind");
            });
            run(bundle, "box");
            Process events = new ProcessBuilder(bundle.command("events", "--interval", "1m", "box"))
                    .redirectOutput(bundle.file("events").toFile())
                    .start();
            Host.eventually("usage is reported", () -> bundle.read("events").contains("\"stats\""));
            Files.createFile(shared.resolve("go"));
            Host.eventually(
                    "the kill is reported",
                    () -> bundle.read("events").contains("{\"type\":\"oom\",\"id\":\"box\"}\n"),
                    () -> bundle.read("events"));
            Files.delete(shared.resolve("go"));
            assertTrue(events.waitFor(120, TimeUnit.SECONDS), "events must end with the container");
            assertEquals(0, events.exitValue());
            assertEquals(2, bundle.read("events").lines().count());
        }
    }

    @Test
    void open_descriptors_to_preserve_are_passed_on() throws IOException {
        try (OciBundle bundle = new OciBundle("sh", "-c", "ls /proc/self/fd; cat <&5")) {
            String file = bundle.file("text").toString();
            List<String> words = new ArrayList<>(
                    List.of("sh", "-c", "echo text > " + file + "; exec 5< " + file + "; exec \"$@\"", "sh"));
            words.addAll(bundle.command(
                    "run",
                    "--preserve-fds",
                    "40",
                    "--bundle",
                    bundle.directory().toString(),
                    "box"));
            assertEquals(
                    "0\n1\n2\n3\n5\ntext\n",
                    Launcher.execute(words, "").expect(0).out(),
                    "3 is ls's own");
        }
    }

    @Test
    void the_log_is_created_at_once_and_has_each_step_with_debug() throws Exception {
        try (OciBundle bundle = new OciBundle("echo", "ok")) {
            Path log = bundle.file("log");
            String[] run = {"run", "--bundle", bundle.directory().toString(), "box"};
            bundle.rustyrun(with(run, "--log", log.toString())).expect(0);
            assertEquals("", Files.readString(log));

            Launcher.Result silent = bundle.rustyrun(with(run, "--debug", "--log", log.toString()))
                    .expect(0);
            assertEquals("ok\n", silent.out());
            assertEquals("", silent.err());
            assertTrue(
                    Files.readString(log)
                            .lines()
                            .allMatch(line -> line.matches("time=\"[^\"]+\" level=debug msg=\".+\"")),
                    () -> bundle.read("log"));
            assertTrue(bundle.read("log").contains("init: execute echo"), bundle.read("log"));

            Files.delete(log);
            bundle.rustyrun(with(run, "--debug", "--log", log.toString(), "--log-format", "json"))
                    .expect(0);
            for (String line : Files.readAllLines(log)) {
                JsonNode json = new ObjectMapper().readTree(line);
                assertEquals("debug", json.get("level").textValue());
                assertFalse(json.get("msg").textValue().isEmpty()
                        || json.get("time").textValue().isEmpty());
            }
            assertTrue(bundle.rustyrun(with(run, "--debug")).expect(0).err().contains(" level=debug msg=\"init: "));
        }
    }

    private static String[] with(String[] words, String... before) {
        List<String> all = new ArrayList<>(List.of(before));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }
}
