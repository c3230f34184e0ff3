package dev.rustyrun.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The parts of {@code /proc} that another mount may cover. If an attacker can cover {@code /proc}, or a directory in
 * it, the container writes its security settings to the wrong files, and masked files become visible (CVE-2019-16884).
 */
public final class ProcPaths {

    /**
     * Files that lxcfs and similar tools replace, so that programs see the container's limits; none of them protects
     * anything.
     */
    private static final Set<String> COVERABLE = Set.of(
            "/proc/cpuinfo",
            "/proc/diskstats",
            "/proc/meminfo",
            "/proc/stat",
            "/proc/swaps",
            "/proc/uptime",
            "/proc/loadavg",
            "/proc/slabinfo",
            "/proc/net/dev",
            "/proc/sys/kernel/ns_last_pid",
            "/proc/sys/crypto/fips_enabled");

    private ProcPaths() {}

    /** Whether another file system may be mounted on {@code path}; always true outside of {@code /proc}. */
    public static boolean mayBeCovered(String path) {
        String plain = plain(path);
        return !plain.equals("/proc") && !plain.startsWith("/proc/") || isCoverable(path);
    }

    /** Whether {@code path} is a file of /proc that may be covered. */
    public static boolean isCoverable(String path) {
        return COVERABLE.contains(plain(path));
    }

    /** Whether {@code path} is {@code /proc} itself, on which a proc of the host may be mounted. */
    public static boolean isProc(String path) {
        return plain(path).equals("/proc");
    }

    /** The path without empty names, {@code .} and {@code ..}. */
    public static String plain(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                names.subList(Math.max(0, names.size() - 1), names.size()).clear();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return "/" + String.join("/", names);
    }
}
