package dev.rustyrun.oci;

import dev.rustyrun.spec.SpecDefaults;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The properties of the host and of this process on which the meaning of a bundle depends.
 *
 * @param apparmor whether the kernel has AppArmor enabled
 * @param selinux whether the kernel has SELinux enabled
 * @param resctrl whether the resctrl file system, for Intel RDT and similar features, is mounted
 * @param umask umask of this process, the default for containers
 */
record HostFeatures(boolean apparmor, boolean selinux, boolean resctrl, int umask) {

    private static final String UMASK = "Umask:";

    /** The features of this process's host. */
    static HostFeatures current() {
        return new HostFeatures(
                read("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
                new File("/sys/fs/selinux/enforce").exists(),
                new File("/sys/fs/resctrl/schemata").exists(),
                umask(read("/proc/self/status")));
    }

    /** The environment of this process, {@code NAME=value} each. */
    static List<String> environment() {
        List<String> environment = new ArrayList<>();
        System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
        return environment;
    }

    /** Parses the umask in {@code status}; man 5 proc_pid_status. */
    static int umask(String status) {
        for (String line : status.split("\n")) {
            if (line.startsWith(UMASK)) {
                return Integer.parseInt(line.substring(UMASK.length()).strip(), 8);
            }
        }
        return SpecDefaults.UMASK;
    }

    /** Uses a stream: a channel would load the JDK's network library. */
    private static String read(String file) {
        try (InputStream in = new FileInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
