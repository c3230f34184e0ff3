package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Finds the host's mounts; needs no root and no kernel. */
class HostKernelViewsTest {

    private static final String MOUNTINFO = """
            20 1 8:1 / / rw - ext4 /dev/sda rw
            21 20 0:20 / /proc rw shared:5 - proc proc rw
            22 20 0:21 / /sys rw - sysfs sysfs rw
            23 22 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup rw
            24 20 0:20 / /a\\040b rw master:1 - proc none rw
            41 40 0:50 / /proc rw - proc proc rw
            40 20 8:1 /r / rw - ext4 /dev/sda rw
            42 40 0:51 / /sys ro - sysfs sysfs rw
            """;

    @Test
    void the_views_of_the_container_are_left_out() {
        assertEquals(
                List.of(
                        new HostKernelViews.View(21, "/proc"),
                        new HostKernelViews.View(22, "/sys"),
                        new HostKernelViews.View(24, "/a b")),
                HostKernelViews.outside(MOUNTINFO, 40));
        assertEquals(List.of(), HostKernelViews.outside("", 40));
    }

    @Test
    void fdinfo_shows_the_mount_of_an_open_file() {
        assertEquals(40, HostKernelViews.mountOf("pos:\t0\nflags:\t012200000\nmnt_id:\t40\nino:\t2\n"));
    }
}
