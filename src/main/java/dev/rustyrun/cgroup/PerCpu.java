package dev.rustyrun.cgroup;

import java.util.ArrayList;
import java.util.List;

/**
 * The processor time of a group on each processor, in nanoseconds. Only v1 counts it; Documentation/admin-guide/
 * cgroup-v1/cpuacct.rst.
 *
 * @param total the time; empty when it is unknown
 * @param kernel the part of it in the kernel; empty when it is unknown
 * @param user the part of it in user mode; empty when it is unknown
 */
public record PerCpu(List<Long> total, List<Long> kernel, List<Long> user) {

    static final PerCpu UNKNOWN = new PerCpu(List.of(), List.of(), List.of());

    private static final String COLUMNS = "cpu user system\n";

    static PerCpu ofV1(Statistics.Texts texts) {
        List<Long> total = new ArrayList<>();
        for (String word : texts.of("cpuacct", "cpuacct.usage_percpu").split("\\s+")) {
            addNumber(total, word);
        }
        List<Long> kernel = new ArrayList<>();
        List<Long> user = new ArrayList<>();
        String modes = texts.of("cpuacct", "cpuacct.usage_all");
        if (modes.startsWith(COLUMNS)) {
            for (String line : modes.substring(COLUMNS.length()).split("\n")) {
                String[] words = line.split(" ");
                if (words.length == 3) {
                    addNumber(user, words[1]);
                    addNumber(kernel, words[2]);
                }
            }
        }
        return new PerCpu(List.copyOf(total), List.copyOf(kernel), List.copyOf(user));
    }

    private static void addNumber(List<Long> to, String word) {
        long number = Statistics.number(word);
        if (number != Statistics.UNKNOWN) {
            to.add(number);
        }
    }

    /** These values, or {@code other} when they are unknown. */
    PerCpu or(PerCpu other) {
        return total.isEmpty() ? other : this;
    }
}
