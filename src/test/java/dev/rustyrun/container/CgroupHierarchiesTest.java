package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.plan.CgroupHierarchy;
import java.util.List;
import org.junit.jupiter.api.Test;

class CgroupHierarchiesTest {

    @Test
    void hierarchies_of_both_versions_are_found_once_each() {
        assertEquals(
                List.of(
                        new CgroupHierarchy("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct"),
                        new CgroupHierarchy("/sys/fs/cgroup/systemd", "cgroup", "none,name=systemd"),
                        new CgroupHierarchy("/sys/fs/cgroup/unified", "cgroup2", "")),
                CgroupHierarchies.mounted("""
                22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct,clone_children
                33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd
                34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
                35 31 0:29 / /somewhere/else rw,relatime - cgroup cgroup rw,cpu,cpuacct
                """));
    }

    @Test
    void text_that_is_not_mountinfo_has_no_mounts() {
        assertEquals(List.of(), CgroupHierarchies.mounted(" - cgroup\n\n - cgroup cgroup rw,cpu\nx - \n"));
    }
}
