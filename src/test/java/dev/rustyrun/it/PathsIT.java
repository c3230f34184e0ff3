package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kernel's files that a container sees. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class PathsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /**
     * Prints, for each default masked path that exists, its device number and the number of bytes read, or the number
     * of directory entries.
     */
    private static final String LOOK = """
            for f in /proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats \
                    /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap \
                    /sys/firmware; do
                if [ -d $f ]; then echo $f directory $(ls -A $f | wc -l)
                elif [ -e $f ]; then echo $f $(stat -c %t:%T $f) $(head -c 100 $f | wc -c)
                fi
            done
            """;

    @Test
    void masked_files_are_the_null_device_and_masked_directories_are_empty() {
        List<String> lines = Launcher.sh(LOOK).expect(0).out().lines().toList();
        assertTrue(
                lines.contains("/proc/interrupts 1:3 0") && lines.contains("/sys/firmware directory 0"),
                lines.toString());
        for (String line : lines) {
            assertTrue(line.endsWith(" 1:3 0") || line.endsWith(" directory 0"), line);
        }
    }

    @Test
    void unmask_all_shows_them() {
        String out = Launcher.run("--unmask", "all", "--command", "/bin/sh", "-c", LOOK)
                .expect(0)
                .out();
        assertFalse(out.contains("1:3 0"), out);
        assertTrue(out.contains("/proc/interrupts 0:0 100") && !out.contains("/sys/firmware directory 0"), out);
    }

    @Test
    void kernel_settings_are_read_only_unless_unmasked() {
        String write = "cat /proc/sys/kernel/hostname > /proc/sys/kernel/hostname";
        Launcher.Result result = Launcher.sh("(" + write + ") ; (echo 1 > /proc/irq/default_smp_affinity)"
                + "; touch /sys/x; mount -o remount,rw /proc/sys; umount /proc/interrupts");
        assertEquals(3, result.err().split("Read-only file system", -1).length - 1, result.err());
        assertEquals(2, result.err().split("ermission denied|peration not permitted", -1).length - 1, result.err());
        Launcher.run(
                        "--unmask",
                        "/proc/sys",
                        "--command",
                        "/bin/sh",
                        "-c",
                        write
                                + " && ! (echo 1 > /proc/irq/default_smp_affinity) 2>/dev/null && test $(cat /proc/interrupts | wc -c) = 0")
                .expect(0);
    }

    @Test
    void a_path_of_the_users_choice_is_masked_where_it_leads_to() {
        String out = Launcher.run(
                        "--mask",
                        "/etc/passwd",
                        "--mask",
                        "/bin/../home",
                        "--mask",
                        "/no/such",
                        "--mask",
                        "/proc/self/environ/x",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "stat -c %t:%T /etc/passwd; cat /etc/passwd; ls -A /home 2>/dev/null | wc -l; touch /home/x; id -u")
                .expect(0)
                .out();
        assertEquals("1:3\n0\n0\n", out);
        assertTrue(Launcher.run("--mask", "etc", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("masked path \"etc\" is not an absolute path"));
    }

    @Test
    void proc_and_sys_have_no_programs_devices_or_rights() {
        List<String> mounts =
                Launcher.sh("cat /proc/mounts").expect(0).out().lines().toList();
        assertTrue(
                mounts.stream().anyMatch(m -> m.startsWith("proc /proc proc rw,nosuid,nodev,noexec,")),
                mounts.toString());
        assertTrue(
                mounts.stream().anyMatch(m -> m.startsWith("sysfs /sys sysfs ro,nosuid,nodev,noexec,")),
                mounts.toString());
        assertTrue(mounts.stream().anyMatch(m -> m.startsWith("proc /proc/sys proc ro,")), mounts.toString());
    }

    @Test
    void a_read_only_rootfs_can_only_be_written_to_where_something_else_is_mounted() {
        Launcher.run(
                        "--read-only",
                        "--tmpfs",
                        "/tmp",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "! touch /x 2>/dev/null && ! mkdir /etc/x 2>/dev/null && touch /tmp/x /dev/shm/x")
                .expect(0);
    }
}
