package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/** When processes started: pids are used again, a pid and its start are not; man 5 proc, {@code /proc/pid/stat}. */
final class ProcessTimes {

    /** The field's place behind the command's name, which ends with the last parenthesis and may hold anything. */
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
