package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.it.Host;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Cgroups of the real kernel, in the layout of this machine. {@link CgroupTestMain} runs this class elsewhere, such as
 * in a virtual machine with cgroup v2 only.
 */
@DisplayName("Control groups of this machine's layout")
class CgroupIT {

    private final Linux linux = Linux.host();
    private final CgroupLayout layout = CgroupLayout.detect(linux);
    private final List<Process> started = new ArrayList<>();
    private Cgroup group;

    @BeforeEach
    void makeGroup(TestInfo test) {
        Assumptions.assumeTrue(linux.isRoot(), "needs root: it makes control groups (layout: " + layout + ")");
        System.out.println(test.getDisplayName() + " on " + layout);
        group = Cgroup.at(
                linux, layout, CgroupPath.of("", "it-" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
        group.create(Cgroup.Hierarchies.NEEDED);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (group != null) {
            group.kill();
            for (Process process : started) {
                process.waitFor(10, TimeUnit.SECONDS);
            }
            group.remove();
            assertFalse(group.exists());
        }
    }

    @AfterAll
    static void noParentIsLeft() {
        Linux linux = Linux.host();
        if (linux.isRoot()) {
            new StaleCgroups(linux, CgroupLayout.detect(linux)).removeEmptyParents();
        }
    }

    private void needs(String v1, String v2) throws IOException {
        Assumptions.assumeTrue(
                layout.v1(v1).isPresent() || layout.v2Controllers().contains(v2),
                "needs the controller " + v2 + ", which this machine lacks (layout: " + layout + ")");
        needsFreeTop();
    }

    private void needsFreeTop() throws IOException {
        Path top = Path.of(layout.v2().map(CgroupMount::mountPoint).orElse("/"));
        boolean taken = layout.kind() == CgroupLayout.Kind.V2
                && Files.exists(top.resolve("cgroup.type"))
                && !Files.readString(top.resolve("cgroup.procs")).isBlank();
        Assumptions.assumeFalse(
                taken,
                "needs a topmost cgroup without processes, as no container with a cgroup namespace has: move them into a"
                        + " group below " + top);
    }

    /** Starts a script in the cgroup. */
    private Process start(String script) throws IOException {
        StringBuilder join = new StringBuilder();
        for (String file : group.procsFiles()) {
            join.append("echo 0 > ").append(file).append(" || exit 99; ");
        }
        Process process = new ProcessBuilder("/bin/sh", "-c", join + script)
                .redirectErrorStream(true)
                .start();
        started.add(process);
        return process;
    }

    private String outputOf(String script) throws Exception {
        Process process = start(script);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running: " + script);
        return output;
    }

    private Process sleeper() throws Exception {
        Process process = start("echo in; exec sleep 1000");
        assertEquals('i', process.getInputStream().read());
        return process;
    }

    private static Resources cpu(long realtimeRuntime, String cpus) {
        Resources.Cpu none = Resources.none().cpu();
        return Resources.none()
                .withCpu(new Resources.Cpu(
                        none.shares(),
                        none.quota(),
                        none.burst(),
                        none.period(),
                        realtimeRuntime,
                        none.realtimePeriod(),
                        cpus,
                        none.mems(),
                        none.idle()));
    }

    private static String state(Process process) throws IOException {
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
        return status.lines()
                .filter(line -> line.startsWith("State:"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_process_joins_in_every_hierarchy_and_is_listed() throws Exception {
        needsFreeTop();
        Process sleeper = sleeper();
        String own = Files.readString(Path.of("/proc/" + sleeper.pid() + "/cgroup"));
        List<String> controllers =
                layout.kind() == CgroupLayout.Kind.V2 ? List.of("0:") : List.of("memory", "pids", "freezer", "cpu");
        for (String controller : controllers) {
            assertTrue(
                    own.lines()
                            .anyMatch(line -> line.contains(controller)
                                    && line.endsWith(group.path().value())),
                    controller + " not in\n" + own);
        }
        assertEquals(List.of((int) sleeper.pid()), group.processes());
        assertEquals(1, group.statistics().pidsCurrent());
        assertThrows(
                CgroupException.class,
                () -> Cgroup.at(linux, layout, group.path()).create(Cgroup.Hierarchies.NEEDED),
                "it is in use");
    }

    @Test
    void the_processes_inside_join_each_hierarchy_that_a_later_limit_needs() throws Exception {
        Assumptions.assumeTrue(
                layout.v1("devices").isPresent() && layout.v1("cpuset").isPresent(), "needs cgroup v1");
        String path = group.path().value();
        Process sleeper = sleeper();
        group.apply(Resources.none().withDevices(DeviceRule.withDefaults(List.of())));
        group.apply(cpu(Resources.none().cpu().realtimeRuntime(), "0"));
        String own = Files.readString(Path.of("/proc/" + sleeper.pid() + "/cgroup"));
        for (String controller : List.of("devices", "cpuset")) {
            assertTrue(
                    own.lines().anyMatch(line -> line.contains(controller) && line.endsWith(path)),
                    controller + " not in\n" + own);
            String tasks = layout.v1(controller).orElseThrow().mountPoint() + path + "/tasks";
            assertTrue(group.procsFiles().contains(tasks), "a later process enters it too: " + group.procsFiles());
        }
    }

    @Test
    void a_group_that_other_processes_use_in_any_hierarchy_is_refused() throws Exception {
        for (String controller : List.of("devices", "blkio", "cpuset")) {
            Optional<CgroupMount> mount = layout.v1(controller);
            Assumptions.assumeTrue(mount.isPresent(), "needs cgroup v1");
            CgroupPath path = CgroupPath.of(
                    "", "it-used-" + controller + ProcessHandle.current().pid());
            Path used = Path.of(mount.get().mountPoint() + path.value());
            Files.createDirectories(used);
            for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                Path inherited = used.resolveSibling(file);
                if (Files.exists(inherited)) {
                    Path top = Path.of(mount.get().mountPoint(), file);
                    Files.writeString(inherited, Files.readString(top));
                    Files.writeString(used.resolve(file), Files.readString(top));
                }
            }
            Process other = new ProcessBuilder("sleep", "1000").start();
            try {
                Files.writeString(used.resolve("cgroup.procs"), Long.toString(other.pid()));
                for (Cgroup.Hierarchies where : Cgroup.Hierarchies.values()) {
                    CgroupException refused = assertThrows(
                            CgroupException.class,
                            () -> Cgroup.at(linux, layout, path).create(where),
                            controller);
                    assertTrue(
                            refused.getMessage().contains(used + " is in use by other processes"),
                            refused.getMessage());
                    assertFalse(Files.exists(
                            Path.of(layout.v1("memory").orElseThrow().mountPoint() + path.value())));
                }
                assertTrue(other.isAlive());
            } finally {
                other.destroyForcibly().waitFor();
                linux.removeIfEmpty(used.toString());
            }
        }
    }

    @Test
    void C42_where_all_hierarchies_are_requested_it_is_in_each_of_v1_and_removed_from_each() throws Exception {
        Assumptions.assumeTrue(!layout.v1Mounts().isEmpty(), "needs cgroup v1");
        Cgroup everywhere = Cgroup.at(
                linux,
                layout,
                CgroupPath.of("", "it-all-" + ProcessHandle.current().pid()));
        everywhere.create(Cgroup.Hierarchies.ALL);
        List<String> directories = layout.v1Mounts().stream()
                .map(mount -> mount.mountPoint() + everywhere.path().value())
                .toList();
        for (String directory : directories) {
            assertTrue(everywhere.procsFiles().contains(directory + "/tasks"), directory);
        }
        String cpuset = layout.v1("cpuset").map(CgroupMount::mountPoint).orElse("");
        if (!cpuset.isEmpty()) {
            assertEquals(
                    Files.readString(Path.of(cpuset, "cpuset.cpus")),
                    Files.readString(Path.of(cpuset, everywhere.path().value(), "cpuset.cpus")));
        }
        everywhere.remove();
        for (String directory : directories) {
            assertFalse(Files.exists(Path.of(directory)), directory);
        }
    }

    /** An unnecessary v2 group would cost time: joining one takes as long as a launch. */
    @Test
    void with_v1_no_unneeded_group_exists_in_v2() {
        Assumptions.assumeTrue(
                layout.kind() == CgroupLayout.Kind.HYBRID
                        && layout.v1("freezer").isPresent()
                        && layout.v2Controllers().stream().noneMatch(List.of("memory", "pids", "cpu", "io")::contains),
                "needs cgroup v1, and a v2 beside it that limits nothing usual (layout: " + layout + ")");
        assertTrue(group.procsFiles().stream().allMatch(file -> file.endsWith("/tasks")), "" + group.procsFiles());
    }

    @Test
    void C38_the_groups_above_get_the_realtime_budget_that_it_needs() throws Exception {
        String cpu = layout.v1("cpu").map(CgroupMount::mountPoint).orElse("");
        Path own = Path.of(cpu, group.path().value(), "cpu.rt_runtime_us");
        Assumptions.assumeTrue(Files.exists(own), "needs cgroup v1, and a kernel with groups of realtime tasks");
        for (long runtime : new long[] {2000, 5000, 1000}) {
            group.apply(cpu(runtime, Resources.none().cpu().cpus()));
            assertEquals(Long.toString(runtime), Files.readString(own).strip());
        }
    }

    @Test
    void more_memory_than_the_limit_is_death_by_oom() throws Exception {
        needs("memory", "memory");
        boolean swap = Files.readString(Path.of("/proc/swaps")).lines().count() > 1;
        Resources.Memory limit = Resources.Memory.NONE.withLimit(32L << 20);
        group.apply(Resources.none().withMemory(swap ? limit.withSwap(32L << 20) : limit));
        assertEquals(32L << 20, group.statistics().memoryLimit());
        Process hog = start("x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo ${#x}");
        assertTrue(hog.waitFor(60, TimeUnit.SECONDS));
        String output = new String(hog.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertFalse(output.contains("100000000"), output);
        Statistics statistics = group.statistics();
        assertTrue(statistics.oomKills() >= 1, statistics.toString());
        assertTrue(
                statistics.memoryPeak() > 16L << 20 || statistics.memoryPeak() == Statistics.UNKNOWN,
                statistics.toString());
    }

    @Test
    void memory_and_swap_are_raised_and_lowered_in_any_order() throws Exception {
        needs("memory", "memory");
        for (long megabytes : new long[] {64, 256, 16, 32}) {
            group.apply(Resources.none()
                    .withMemory(Resources.Memory.NONE.withLimit(megabytes << 20).withSwap(megabytes << 20)));
            assertEquals(megabytes << 20, group.statistics().memoryLimit());
        }
        group.apply(
                Resources.none().withMemory(Resources.Memory.NONE.withLimit(-1).withSwap(-1)));
        assertEquals(Statistics.UNLIMITED, group.statistics().memoryLimit());
    }

    @Test
    void no_more_processes_than_the_limit_are_made() throws Exception {
        needs("pids", "pids");
        group.apply(Resources.none().withPids(5));
        outputOf("for i in 1 2 3 4 5 6 7 8; do sleep 3 & done; wait");
        Statistics statistics = group.statistics();
        assertEquals(5, statistics.pidsLimit());
        assertTrue(statistics.pidsRefused() >= 1, statistics.toString());
        assertTrue(statistics.pidsPeak() <= 5, statistics.toString());
    }

    @Test
    void processor_time_beyond_the_quota_has_to_wait() throws Exception {
        needs("cpu", "cpu");
        group.apply(Resources.none().withCpu(Resources.Cpu.NONE.withShares(512).withQuota(10_000, 100_000)));
        outputOf("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
        Statistics statistics = group.statistics();
        assertTrue(statistics.throttledPeriods() > 0 && statistics.throttledMicros() > 0, statistics.toString());
        assertTrue(statistics.cpuMicros() > 0, statistics.toString());
        group.apply(Resources.none().withCpu(Resources.Cpu.NONE.withQuota(-1, 50_000)));
    }

    @Test
    void a_running_container_can_be_put_on_fewer_processors() throws Exception {
        needs("cpuset", "cpuset");
        Process sleeper = sleeper();
        group.apply(Resources.none().withCpu(Resources.Cpu.NONE.withCpus("0").withMems("0")));
        String status = Files.readString(Path.of("/proc/" + sleeper.pid() + "/status"));
        assertTrue(status.contains("Cpus_allowed_list:\t0\n"), status);
        CgroupException e = assertThrows(
                CgroupException.class,
                () -> group.apply(Resources.none().withCpu(Resources.Cpu.NONE.withCpus("4095"))));
        assertTrue(e.getMessage().contains("cpuset.cpus") || layout.kind() == CgroupLayout.Kind.V2, e.getMessage());
    }

    @Test
    void frozen_processes_stop_and_thawed_ones_continue() throws Exception {
        Process counter = start("echo in; while :; do :; done");
        assertEquals('i', counter.getInputStream().read(), "it has joined everywhere");
        group.freeze();
        assertTrue(group.isFrozen());
        assertFalse(state(counter).contains("R (running)"), state(counter));
        long before = group.statistics().cpuMicros();
        // This process needs much CPU time; without the freezer, the counter would have increased.
        Process other = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done").start();
        assertEquals(0, other.waitFor());
        assertEquals(before, group.statistics().cpuMicros());
        group.thaw();
        assertFalse(group.isFrozen());
        Host.eventually("it continues", () -> group.statistics().cpuMicros() > before);
    }

    @Test
    void a_group_with_groups_in_it_is_killed_and_removed_even_when_frozen() throws Exception {
        Process sleeper = sleeper();
        for (String procs : group.procsFiles()) {
            Path inner = Path.of(procs).resolveSibling("inner");
            Files.createDirectory(inner);
            Files.writeString(inner.resolve("cgroup.procs"), Long.toString(sleeper.pid()));
        }
        assertEquals(List.of((int) sleeper.pid()), group.processes());
        group.freeze();
        group.kill();
        assertTrue(sleeper.waitFor(10, TimeUnit.SECONDS));
        assertEquals(128 + 9, sleeper.exitValue());
        group.remove();
        assertFalse(group.exists());
        group.remove();
    }

    @Test
    void processes_that_are_made_all_the_time_are_killed() throws Exception {
        Process bomb = start("f() { while :; do sleep 0.01 & done; }; f & f & wait");
        while (group.processes().size() < 5) {
            Thread.sleep(5);
        }
        group.kill();
        assertTrue(bomb.waitFor(10, TimeUnit.SECONDS));
        group.remove();
    }

    @Test
    void a_failed_removal_names_the_remaining_files() throws Exception {
        Process sleeper = sleeper();
        CgroupException e = assertThrows(CgroupException.class, group::remove);
        assertTrue(e.getMessage().contains("still in it: process [" + sleeper.pid() + "]"), e.getMessage());
    }

    @Test
    void a_device_that_is_not_allowed_cannot_be_read() throws Exception {
        group.apply(Resources.none().withDevices(DeviceRule.withDefaults(List.of())));
        String script =
                "head -c 1 /dev/zero | wc -c; head -c 1 /dev/kmsg 2>&1 > /dev/null; echo x > /dev/null && echo fine";
        String output = outputOf(script);
        assertTrue(output.startsWith("1\n") && output.endsWith("fine\n"), output);
        assertTrue(output.contains("Operation not permitted"), output);
        group.apply(Resources.none()
                .withDevices(
                        DeviceRule.withDefaults(List.of(new DeviceRule(true, DeviceRule.Type.CHARACTER, 1, 11, "r")))));
        assertFalse(outputOf("head -c 1 /dev/kmsg 2>&1 > /dev/null").contains("not permitted"));
    }

    @Test
    void the_kernel_takes_the_device_program_and_keeps_it() throws Exception {
        Assumptions.assumeTrue(layout.v2().isPresent(), "needs a mount of cgroup v2 (layout: " + layout + ")");
        V2Cgroup v2 = new V2Cgroup(new ControlFiles(linux), layout, group.path());
        v2.make();
        v2.limitDevices(DeviceRule.withDefaults(List.of()));
        assertTrue(outputOf("head -c 1 /dev/kmsg 2>&1 > /dev/null; echo").contains("not permitted"));
        v2.limitDevices(List.of(DeviceRule.DENY_ALL, new DeviceRule(true, DeviceRule.Type.CHARACTER, 1, -1, "r")));
        assertFalse(outputOf("head -c 1 /dev/kmsg 2>&1").contains("not permitted"), "the first program is gone");
        assertTrue(outputOf("echo x > /dev/zero").contains("not permitted"), "the second one decides");
    }

    @Test
    void leftovers_are_found_and_removed() throws Exception {
        String id = group.path().value().substring(CgroupPath.PARENT.length() + 1);
        StaleCgroups leftovers = new StaleCgroups(linux, layout);
        assertFalse(leftovers.find("mine").contains(id), "S23: nobody has marked it");
        CgroupOwner.mark(linux, layout, group.path(), "mine");
        assertTrue(leftovers.find("mine").contains(id));
        assertFalse(leftovers.find("another's").contains(id), "S23: it is somebody else's");
        sleeper();
        assertFalse(leftovers.find("mine").contains(id), "it is in use");
        leftovers.remove(id);
        assertFalse(group.exists());
        leftovers.removeEmptyParents();
    }

    @Test
    void block_devices_and_huge_pages_are_limited_or_refused_in_words() {
        List<Resources> each = List.of(
                Resources.none()
                        .withBlockIo(Resources.BlockIo.NONE.withThrottles(
                                List.of(new Resources.Throttle(Resources.Rate.READ_BPS, 1, 0, 1 << 20)))),
                Resources.none().withBlockIo(Resources.BlockIo.NONE.withWeight(500)),
                Resources.none().withHugepages(java.util.Map.of("2MB", 0L)));
        for (Resources resources : each) {
            try {
                group.apply(resources);
            } catch (CgroupException e) {
                assertTrue(
                        e.getMessage().matches("[^\n]*(no cgroup controller|no controller|; )[^\n]*"), e.getMessage());
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    @Test
    void a_v2_group_with_processes_cannot_enable_controllers_below_and_the_error_says_why() throws Exception {
        Assumptions.assumeTrue(
                layout.kind() == CgroupLayout.Kind.V2, "needs a machine with cgroup v2 only (layout: " + layout + ")");
        needsFreeTop();
        Process sleeper = sleeper();
        Cgroup below = Cgroup.at(linux, layout, CgroupPath.of(group.path().value() + "/below", "x"));
        below.create(Cgroup.Hierarchies.NEEDED);
        CgroupException e = assertThrows(
                CgroupException.class, () -> below.apply(Resources.none().withPids(5)));
        assertTrue(
                e.getMessage().matches(".*: processes \\[" + sleeper.pid() + "\\] are in .*move them.*"),
                e.getMessage());
        below.remove();
    }
}
