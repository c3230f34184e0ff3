package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/**
 * The start times of processes. A pid is reused, but a pid together with its start time is unique; man 5 proc,
 * {@code /proc/pid/stat}.
 */
final class ProcessTimes {

    /**
     * The index of the field after the command's name. The name may contain any character, so fields are counted from
     * the last parenthesis.
     */
    private static final int START_TIME = 20;

    private ProcessTimes() {}

    /** When process {@code pid} started, in clock ticks since boot; 0 if it does not exist or is a zombie. */
    static long startOf(Linux linux, int pid) {
        String stat;
        try {
            stat = linux.readFile("/proc/" + pid + "/stat");
        } catch (LinuxException e) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ");
        boolean ended = fields[1].equals("Z") || fields[1].equals("X");
        return ended ? 0 : Long.parseLong(fields[START_TIME]);
    }
}
