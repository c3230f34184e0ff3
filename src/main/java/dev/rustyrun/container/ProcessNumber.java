package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/** The pid of a process in its own PID namespace; man 5 proc, {@code /proc/pid/status}. */
final class ProcessNumber {

    private static final String NUMBERS = "NSpid:";

    private ProcessNumber() {}

    /** Whether process {@code pid} is PID 1 of its PID namespace; false if it does not exist. */
    static boolean isFirst(Linux linux, int pid) {
        String status;
        try {
            status = linux.readFile("/proc/" + pid + "/status");
        } catch (LinuxException e) {
            return false;
        }
        return status.lines().filter(line -> line.startsWith(NUMBERS)).anyMatch(line -> line.endsWith("\t1"));
    }
}
