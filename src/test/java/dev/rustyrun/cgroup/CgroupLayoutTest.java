package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Cgroup layouts of machines and containers, read from their files. */
class CgroupLayoutTest {

    private static CgroupLayout layout(String mountinfo, String self, String v2Controllers) {
        return CgroupLayout.of(CgroupMounts.parse(mountinfo), self, v2Controllers);
    }

    @Test
    void a_machine_with_v2_only() {
        CgroupLayout layout = layout(
                """
                22 27 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
                27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
                """,
                "0::/user.slice/user-1000.slice/session-1.scope\n",
                "cpuset cpu io memory hugetlb pids rdma misc\n");
        assertEquals(CgroupLayout.Kind.V2, layout.kind());
        assertEquals("/sys/fs/cgroup", layout.v2().orElseThrow().mountPoint());
        assertTrue(layout.v2Controllers().containsAll(List.of("cpu", "memory", "pids")));
        assertEquals(Optional.of("/sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope"), layout.ownDirectory(""));
        assertEquals("V2, v2 cpuset cpu io memory hugetlb pids rdma misc", layout.toString());
    }

    private static final String V1 = """
            27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 22 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
            31 30 0:27 / /sys/fs/cgroup/systemd rw,nosuid shared:10 - cgroup cgroup rw,xattr,release_agent=/x,name=systemd
            35 30 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:15 - cgroup cgroup rw,cpu,cpuacct
            36 30 0:32 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:16 - cgroup cgroup rw,memory
            37 30 0:33 / /sys/fs/cgroup/net_cls,net_prio rw,relatime shared:17 - cgroup cgroup rw,net_cls,net_prio
            """;

    @Test
    void a_machine_with_v1_only_and_controllers_together() {
        CgroupLayout layout = layout(V1, "4:cpu,cpuacct:/a\n3:memory:/b:c\n1:name=systemd:/user.slice\n", "");
        assertEquals(CgroupLayout.Kind.V1, layout.kind());
        assertEquals(
                "/sys/fs/cgroup/cpu,cpuacct", layout.v1("cpuacct").orElseThrow().mountPoint());
        assertEquals(layout.v1("cpu"), layout.v1("cpuacct"));
        assertEquals(3, layout.v1Mounts().size(), "the named hierarchy has no controller");
        assertFalse(layout.v1("memory").orElseThrow().readOnly());
        assertEquals(Optional.of("/sys/fs/cgroup/cpu,cpuacct/a"), layout.ownDirectory("cpu"));
        assertEquals(Optional.of("/sys/fs/cgroup/memory/b:c"), layout.ownDirectory("memory"));
        assertEquals(Optional.empty(), layout.ownDirectory("pids"));
    }

    @Test
    void a_hybrid_machine_with_v2_without_controllers() {
        CgroupLayout layout = layout(
                V1 + "41 30 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
                "3:memory:/\n0::/\n",
                "");
        assertEquals(CgroupLayout.Kind.HYBRID, layout.kind());
        assertEquals("/sys/fs/cgroup/unified", layout.v2().orElseThrow().mountPoint());
        assertEquals(Optional.of("/sys/fs/cgroup/memory"), layout.ownDirectory("memory"));
        assertTrue(layout.toString().endsWith("v2 (no controllers)"), layout.toString());
    }

    @Test
    void a_docker_container_on_v1_sees_its_own_part_read_only() {
        CgroupLayout layout = layout("""
                600 500 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b
                610 602 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec - tmpfs tmpfs rw,mode=755
                611 610 0:32 /docker/f00 /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:16 - cgroup cgroup rw,memory
                """, "3:memory:/docker/f00/inner\n", "");
        CgroupMount memory = layout.v1("memory").orElseThrow();
        assertTrue(memory.readOnly());
        assertEquals("/docker/f00", memory.root());
        assertEquals(Optional.of("/sys/fs/cgroup/memory/inner"), layout.ownDirectory("memory"));
        assertEquals(
                Optional.empty(),
                layout("""
                611 610 0:32 /docker/f00 /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory
                """, "3:memory:/docker/f001\n", "").ownDirectory("memory"),
                "another's group is not visible");
    }

    @Test
    void a_cgroup_namespace_shows_its_group_as_the_topmost() {
        CgroupLayout inside = layout(
                "611 610 0:32 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw,nsdelegate\n",
                "0::/\n",
                "memory pids\n");
        assertEquals(Optional.of("/sys/fs/cgroup"), inside.ownDirectory(""));
        CgroupLayout mountedOutside = layout(
                "611 610 0:32 /../.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw\n", "0::/\n", "memory pids\n");
        assertEquals(CgroupLayout.Kind.V2, mountedOutside.kind());
        CgroupLayout outside = layout(
                "611 610 0:32 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw\n", "0::/../other\n", "memory pids\n");
        assertEquals(Optional.empty(), outside.ownDirectory(""));
    }

    @Test
    void rootless_podman_sees_its_users_slice() {
        CgroupLayout layout = layout("""
                811 810 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
                """, "0::/\n", "cpu memory pids\n");
        assertEquals(CgroupLayout.Kind.V2, layout.kind());
        assertTrue(layout.v2().orElseThrow().readOnly());
    }

    @Test
    void the_writable_one_of_two_mounts_counts_and_a_hidden_one_does_not() {
        CgroupLayout twice = layout("""
                11 1 0:32 / /ro rw,relatime - cgroup cgroup ro,memory
                12 1 0:32 / /rw rw,relatime - cgroup cgroup rw,memory
                13 1 0:32 / /late rw,relatime - cgroup cgroup rw,memory
                """, "", "");
        assertEquals("/rw", twice.v1("memory").orElseThrow().mountPoint());
        CgroupLayout hidden = layout(
                V1 + "50 30 0:60 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                        + "51 50 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
                "",
                "");
        assertEquals(CgroupLayout.Kind.V2, hidden.kind());
        CgroupLayout stacked = layout("""
                22 27 0:21 / /sys rw - sysfs sysfs rw
                29 22 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw
                30 29 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw
                """, "", "");
        assertEquals(CgroupLayout.Kind.NONE, stacked.kind());
        CgroupLayout lateRoot = layout("""
                29 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                60 1 8:1 / / rw - ext4 /dev/sda1 rw
                """, "", "memory\n");
        assertEquals(CgroupLayout.Kind.V2, lateRoot.kind(), "as after an initramfs");
    }

    @Test
    void a_machine_without_cgroups() {
        assertEquals(CgroupLayout.Kind.NONE, layout("", "", "").kind());
        assertEquals(
                CgroupLayout.Kind.NONE,
                layout("22 27 0:21 / /sys rw - sysfs sysfs rw\n", "", "").kind());
    }
}
