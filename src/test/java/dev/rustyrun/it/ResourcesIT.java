package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits from the command line, as the kernel has them while the container runs. Needs root and writable cgroups. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ResourcesIT {

    private static final String ID = "rustyrun-it-limits";

    @BeforeEach
    void needsRoot() {
        Launcher.requireRoot();
    }

    @AfterEach
    void nothingIsLeft() {
        Host.expectNothingLeft("4747");
        Host.eventually("no cgroup is left", () -> cgroups(ID).isEmpty(), () -> cgroups(ID));
        assertFalse(Files.exists(Path.of("/run/rustyrun", ID)));
    }

    /** The cgroup directories of this name in all hierarchies. */
    static List<Path> cgroups(String id) {
        try (Stream<Path> mounts = Files.list(Path.of("/sys/fs/cgroup"))) {
            return Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), mounts)
                    .map(mount -> mount.resolve("rustyrun").resolve(id))
                    .filter(Files::exists)
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isV2() {
        return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    }

    private static String value(String v1, String v2) throws IOException {
        Path file = isV2()
                ? Path.of("/sys/fs/cgroup/rustyrun", ID, v2)
                : Path.of(
                        "/sys/fs/cgroup",
                        v1.substring(0, v1.indexOf('/')),
                        "rustyrun",
                        ID,
                        v1.substring(v1.indexOf('/') + 1));
        return Files.readString(file).strip();
    }

    @Test
    void limits_are_in_force_while_it_runs_and_only_its_processes_are_counted() throws Exception {
        Process run = Launcher.start(
                "--name",
                ID,
                "--memory",
                "64m",
                "--memory-reservation",
                "32m",
                "--cpus",
                "0.5",
                "--cpu-shares",
                "512",
                "--cpuset",
                "0",
                "--pids-limit",
                "20",
                "--command",
                "/bin/sh",
                "-c",
                "echo started; exec sleep 4747");
        assertEquals('s', run.getInputStream().read());
        assertEquals(Long.toString(64 << 20), value("memory/memory.limit_in_bytes", "memory.max"));
        assertEquals(Long.toString(32 << 20), value("memory/memory.soft_limit_in_bytes", "memory.low"));
        assertEquals(isV2() ? "50000 100000" : "50000", value("cpu/cpu.cfs_quota_us", "cpu.max"));
        assertEquals(isV2() ? "20" : "512", value("cpu/cpu.shares", "cpu.weight"));
        assertEquals("0", value("cpuset/cpuset.cpus", "cpuset.cpus"));
        assertEquals("20", value("pids/pids.max", "pids.max"));
        assertEquals("1", value("pids/pids.current", "pids.current"), "the stages are not in it");
        run.destroy();
        assertEquals(143, waitFor(run));
    }

    private static int waitFor(Process run) throws InterruptedException {
        // sleep as PID 1 has no handler for SIGTERM and ignores it.
        if (!run.waitFor(1, java.util.concurrent.TimeUnit.SECONDS)) {
            Host.childrenOf(Host.onlyChildOf(run.pid()).orElseThrow()).forEach(init -> Host.signal(init, "KILL"));
            return run.waitFor() == 137 ? 143 : -1;
        }
        return run.exitValue();
    }

    @Test
    void it_sees_its_cgroup_as_the_root_and_cannot_leave_it() {
        String out = Launcher.run(
                        "--name",
                        ID,
                        "--memory",
                        "64m",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cat /proc/self/cgroup; ls /sys/fs/cgroup | wc -l")
                .expect(0)
                .out();
        assertTrue(out.lines().filter(line -> line.contains(":")).allMatch(line -> line.endsWith(":/")), out);
    }

    @Test
    void devices_of_the_host_cannot_be_opened_by_any_node() throws IOException {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/dev/loop-control")),
                "needs /dev/loop-control, a device that no"
                        + " container has by default and that opening does no harm to");
        assertEquals(
                "made\nrefused\n",
                Launcher.run(
                                "--name",
                                ID,
                                "--command",
                                "/bin/sh",
                                "-c",
                                "mknod /tmp/loop c 10 237 && echo made; (: < /tmp/loop) 2>/dev/null || echo refused; rm /tmp/loop")
                        .expect(0)
                        .out());
        assertEquals(
                "allowed\n",
                Launcher.run(
                                "--name",
                                ID,
                                "--device",
                                "/dev/loop-control",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "(: < /dev/loop-control) && echo allowed")
                        .expect(0)
                        .out());
    }

    @Test
    void without_cgroups_devices_of_the_image_are_unusable_too() {
        assertEquals(
                "refused\n",
                Launcher.run(
                                "--cgroups",
                                "disabled",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "mknod /tmp/loop c 10 237; (: < /tmp/loop) 2>/dev/null || echo refused; rm /tmp/loop")
                        .expect(0)
                        .out());
    }

    @Test
    void wrong_limits_are_refused_in_one_line_and_leave_nothing() {
        for (String[] wrong : new String[][] {
            {"--memory", "lots"},
            {"--memory", "64m", "--memory-swap", "32m"},
            {"--cpus", "0"},
            {"--cpuset", "zero"},
            {"--cpuset", "4096"},
            {"--pids-limit", "-7"},
            {"--io-weight", "1"},
            {"--io-read-bps", "/dev/null:1m"},
            {"--cgroup-path", "../x"},
            {"--cgroups", "maybe"},
            {"--cgroups", "disabled", "--memory", "64m"}
        }) {
            String[] all = new String[wrong.length + 4];
            all[0] = "--name";
            all[1] = ID;
            System.arraycopy(wrong, 0, all, 2, wrong.length);
            all[all.length - 2] = "--command";
            all[all.length - 1] = "true";
            Launcher.run(all).expect(125).errorLine();
        }
    }

    @Test
    void an_id_is_taken_while_its_container_runs() throws Exception {
        Process run = Launcher.start("--name", ID, "--command", "/bin/sh", "-c", "echo started; cat");
        assertEquals('s', run.getInputStream().read());
        assertTrue(Launcher.run("--name", ID, "--command", "true")
                .expect(125)
                .errorLine()
                .contains("container id \"" + ID + "\" is in use"));
        run.getOutputStream().close();
        assertEquals(0, run.waitFor());
        Launcher.run("--name", ID, "--command", "true").expect(0);
        assertTrue(Launcher.run("--name", "../x", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("container id"));
    }

    @Test
    void after_sigkill_to_run_child_removes_cgroup_and_state() throws Exception {
        Process run = Launcher.start("--name", ID, "--command", "/bin/sh", "-c", "echo started; exec sleep 4747");
        assertEquals('s', run.getInputStream().read());
        assertFalse(cgroups(ID).isEmpty());
        Host.signal(run.pid(), "KILL");
        run.waitFor();
        Host.eventually(
                "cgroup and state are gone",
                () -> cgroups(ID).isEmpty() && !Files.exists(Path.of("/run/rustyrun", ID)),
                () -> cgroups(ID));
    }

    @Test
    void after_sigkill_to_all_processes_at_once_gc_removes_what_is_left() throws Exception {
        Process run = Launcher.start("--name", ID, "--command", "/bin/sh", "-c", "echo started; exec sleep 4747");
        assertEquals('s', run.getInputStream().read());
        long child = Host.onlyChildOf(run.pid()).orElseThrow();
        // Stop both first, so that neither cleans up after the other.
        Launcher.execute(List.of("kill", "-STOP", Long.toString(run.pid()), Long.toString(child)), "")
                .expect(0);
        Launcher.execute(List.of("kill", "-KILL", Long.toString(run.pid()), Long.toString(child)), "")
                .expect(0);
        run.waitFor();
        Host.expectNothingLeft("4747");
        assertFalse(cgroups(ID).isEmpty(), "no cgroup was left, so nothing is tested");
        // An ending process has no command line any more, and gc removes its container only after its end.
        Host.eventually(
                "gc removes it", () -> Launcher.rustyrun("gc").expect(0).out().contains("removed container " + ID));
        assertEquals("", Launcher.rustyrun("gc").expect(0).out());
    }

    @Test
    void gc_removes_a_folder_if_its_creator_was_killed_before_it_wrote_anything() throws IOException {
        Path folder = Files.createDirectories(Path.of("/run/rustyrun/gc-empty"));
        assertTrue(folder.toFile().setLastModified(0));
        Path young = Files.createDirectories(Path.of("/run/rustyrun/gc-young"));
        try {
            String out = Launcher.rustyrun("gc").expect(0).out();
            assertTrue(out.contains("removed folder of container gc-empty"), out);
            assertTrue(!Files.exists(folder) && Files.exists(young), "gc must keep unfinished containers");
        } finally {
            Files.deleteIfExists(folder);
            Files.deleteIfExists(young);
        }
    }
}
