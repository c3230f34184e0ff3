package dev.rustyrun.doctor;

import java.util.List;

/**
 * A line of {@code /proc/self/mountinfo}; man 5 proc.
 *
 * @param point mount point, seen from this process's root
 * @param options mount options
 * @param shared whether the mount has shared propagation
 * @param type file system type
 * @param superOptions options of the file system
 */
record MountEntry(String point, List<String> options, boolean shared, String type, List<String> superOptions) {

    static List<MountEntry> on(Machine machine) {
        return machine.text("/proc/self/mountinfo")
                .orElse("")
                .lines()
                .filter(line -> line.contains(" - "))
                .map(MountEntry::parse)
                .toList();
    }

    static MountEntry parse(String line) {
        String[] halves = line.split(" - ", 2);
        String[] left = halves[0].split(" ");
        String[] right = halves[1].split(" ");
        boolean shared = halves[0].contains(" shared:");
        return new MountEntry(left[4], List.of(left[5].split(",")), shared, right[0], List.of(right[2].split(",")));
    }

    boolean isBelow(String folder) {
        return point.startsWith(folder + "/");
    }
}
