package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.MountInfo;
import org.junit.jupiter.api.Test;

class CgroupMountsTest {

    @Test
    void octal_escapes_are_undone() {
        CgroupMount mount = CgroupMounts.parse("5 4 0:1 /a\\134b /mnt/two\\040words rw - cgroup2 x\\040y rw\n")
                .get(0);
        assertEquals("/mnt/two words", mount.mountPoint());
        assertEquals("/a\\b", mount.root());
        assertEquals("/caf\u00e9 x", MountInfo.unescape("/caf\u00e9\\040x"));
        assertEquals("\\", MountInfo.unescape("\\"));
        assertEquals("\\89", MountInfo.unescape("\\89"));
    }
}
