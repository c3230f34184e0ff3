package dev.rustyrun.it.conformance;

import static dev.rustyrun.it.conformance.Conformance.expectRefused;
import static dev.rustyrun.it.conformance.Conformance.json;
import static dev.rustyrun.it.conformance.Conformance.linux;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.it.Host;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.NativeOnly;
import dev.rustyrun.it.OciBundle;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** config-linux.md, "Control groups" and "Seccomp". Needs root and the native executable. */
@NativeOnly("the same code runs on a JVM, many times slower")
class CgroupConformanceIT {

    private static final String PLACE = "/rustyrun-conformance/place";

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    /** Removes the directories above the requested cgroup, which the container does not remove. */
    @AfterAll
    static void removePlace() {
        Launcher.execute(
                List.of("sh", "-c", "find /sys/fs/cgroup -depth -type d -name rustyrun-conformance -exec rmdir {} ';'"),
                "");
    }

    private static Consumer<ObjectNode> resources(String json) {
        return config -> linux(config).set("resources", json(json));
    }

    /** The cgroups of a running container, as /proc shows them for its process. */
    private static String cgroups(String path) {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.edit(config -> linux(config).put("cgroupsPath", path));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            return Host.read("/proc/" + bundle.state("box").get("pid") + "/cgroup");
        }
    }

    @Test
    @DisplayName("config-linux.md, Cgroups Path: an absolute one is below the mount point, and always the same place")
    void the_cgroup_has_the_requested_path() {
        String first = cgroups(PLACE);
        assertTrue(first.lines().anyMatch(line -> line.endsWith(":" + PLACE)), first);
        assertEquals(first, cgroups(PLACE));
        assertEquals(cgroups("relative/place"), cgroups("relative/place"));
    }

    @Test
    @DisplayName("config-linux.md, Cgroups Path: an impossible one is an error")
    void a_cgroup_that_climbs_out_is_an_error() {
        expectRefused(config -> linux(config).put("cgroupsPath", "/../up"), "/../up");
    }

    @Test
    @DisplayName("config-linux.md, Allowed Device list: entries are applied in their order")
    void device_rules_are_in_order() {
        // No driver has this device number, so opening it fails with another error if access is allowed.
        String rules = "{'devices': [{'allow': %s, 'type': 'c', 'major': 1, 'minor': 99, 'access': 'rwm'},"
                + "{'allow': %s, 'type': 'c', 'major': 1, 'minor': 99, 'access': 'rwm'}]}";
        assertTrue(
                openDevice(rules.formatted("true", "false")).contains("Operation not permitted"),
                "the last one refuses");
        assertTrue(openDevice(rules.formatted("false", "true")).contains("No such device"), "the last one allows");
    }

    private static String openDevice(String rules) {
        return Conformance.output(
                resources(rules)
                        .andThen(config -> linux(config)
                                .set(
                                        "devices",
                                        json("[{'path': '/dev/nobody', 'type': 'c', 'major': 1, 'minor': 99}]"))),
                "cat /dev/nobody 2>&1; true");
    }

    @Test
    @DisplayName("config-linux.md, PIDs and Memory: limits are in force")
    void limits_are_in_force() {
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(resources("{'pids': {'limit': 33}, 'memory': {'limit': 67108864}}"));
            bundle.create("box").expect(0);
            String stats = bundle.rustyrun("events", "--stats", "box").expect(0).out();
            assertTrue(stats.contains("33") && stats.contains("67108864"), stats);
        }
    }

    @Test
    @DisplayName("config-linux.md, RDMA: an entry without a limit is an error")
    void rdma_needs_a_limit() {
        expectRefused(resources("{'rdma': {'mlx5_1': {}}}"), "linux.resources.rdma");
    }

    @Test
    @DisplayName("config-linux.md, Unified: a missing controller is an error")
    void a_missing_controller_is_an_error() {
        expectRefused(resources("{'unified': {'nosuchcontroller.max': '1'}}"), "nosuchcontroller");
    }

    @Test
    @DisplayName("config-linux.md, Seccomp: an errno for an action that has none, and a rule without names, are errors")
    void seccomp_is_checked() {
        expectRefused(seccomp("{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrnoRet': 1}"), "seccomp.defaultErrnoRet");
        expectRefused(
                seccomp("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': [], 'action': 'SCMP_ACT_ERRNO'}]}"),
                "seccomp.syscalls[0].names");
        expectRefused(
                seccomp("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['mkdir'],"
                        + " 'action': 'SCMP_ACT_KILL', 'errnoRet': 1}]}"),
                "seccomp.syscalls[0].errnoRet");
        expectRefused(
                seccomp("{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerMetadata': 'x'}"), "seccomp.listenerMetadata");
    }

    @Test
    @DisplayName("config-linux.md, Seccomp: without an errno it is EPERM")
    void the_default_errno_is_eperm() {
        assertEquals(
                "mkdir: can't create directory '/dev/shm/x': Operation not permitted\n",
                Conformance.output(
                        seccomp("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['mkdir', 'mkdirat'],"
                                + " 'action': 'SCMP_ACT_ERRNO'}]}"),
                        "mkdir /dev/shm/x 2>&1; true"));
    }

    private static Consumer<ObjectNode> seccomp(String json) {
        return config -> linux(config).set("seccomp", json(json));
    }
}
