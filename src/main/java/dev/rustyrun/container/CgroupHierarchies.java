package dev.rustyrun.container;

import dev.rustyrun.plan.CgroupHierarchy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds the mounted cgroup hierarchies; man 5 proc_pid_mountinfo. */
final class CgroupHierarchies {

    /** Options of a cgroup mount that do not identify the hierarchy; man 7 cgroups. */
    private static final Set<String> GENERIC_OPTIONS =
            Set.of("rw", "ro", "xattr", "clone_children", "noprefix", "cpuset_v2_mode", "favordynmods", "none");

    private CgroupHierarchies() {}

    /** The hierarchies in {@code mountinfo}, each once, in the order in which they were mounted. */
    static List<CgroupHierarchy> mounted(String mountinfo) {
        List<CgroupHierarchy> found = new ArrayList<>();
        for (String line : mountinfo.split("\n")) {
            String[] halves = line.split(" - ", 2);
            String[] left = halves[0].split(" ");
            String[] right = halves.length < 2 ? new String[0] : halves[1].split(" ", 3);
            if (left.length > 4 && right.length == 3 && (right[0].equals("cgroup") || right[0].equals("cgroup2"))) {
                String data = right[0].equals("cgroup") ? data(right[2]) : "";
                if (found.stream()
                        .noneMatch(
                                h -> h.fileSystem().equals(right[0]) && h.data().equals(data))) {
                    found.add(new CgroupHierarchy(left[4], right[0], data));
                }
            }
        }
        return found;
    }

    private static String data(String options) {
        List<String> identifying = new ArrayList<>();
        for (String option : options.split(",")) {
            if (option.startsWith("name=")) {
                return "none," + option;
            }
            if (!GENERIC_OPTIONS.contains(option) && !option.contains("=")) {
                identifying.add(option);
            }
        }
        return String.join(",", identifying);
    }
}
