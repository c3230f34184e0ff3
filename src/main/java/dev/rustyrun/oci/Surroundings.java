package dev.rustyrun.oci;

import dev.rustyrun.spec.SpecDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the meaning of a bundle depends on where it is read.
 *
 * @param apparmor whether the kernel has AppArmor enabled
 * @param selinux whether the kernel has SELinux enabled
 * @param resctrl whether the resctrl file system, of Intel RDT and its like, is there
 * @param umask of this process, which a container keeps that names none
 */
record Surroundings(boolean apparmor, boolean selinux, boolean resctrl, int umask) {

    /** Those of this process. */
    static Surroundings current() {
        return new Surroundings(read("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
                Files.exists(Path.of("/sys/fs/selinux/enforce")), Files.exists(Path.of("/sys/fs/resctrl/schemata")),
                umask(read("/proc/self/status")));
    }

    /** As in {@code status}; man 5 proc_pid_status. */
    static int umask(String status) {
        for (String line : status.split("\n")) {
            if (line.matches("Umask:\\s+[0-7]{1,4}")) {
                return Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
            }
        }
        return SpecDefaults.UMASK;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
