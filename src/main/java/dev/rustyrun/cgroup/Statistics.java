package dev.rustyrun.cgroup;

/**
 * The resource usage of a group. A value that this kernel does not provide is {@link #UNKNOWN}, a missing limit
 * {@link #UNLIMITED}.
 *
 * @param memoryCurrent memory use in bytes
 * @param memoryPeak maximum memory use in bytes
 * @param memoryLimit memory limit in bytes
 * @param oomKills number of processes that were killed because the memory limit was reached
 * @param cpuMicros processor time in microseconds
 * @param cpuUserMicros processor time in user mode
 * @param cpuSystemMicros processor time in the kernel
 * @param cpuEach processor time on each processor
 * @param throttledMicros time for which the quota delayed it, in microseconds
 * @param throttledPeriods number of periods in which that happened
 * @param pidsCurrent number of processes and threads
 * @param pidsPeak maximum number of processes and threads
 * @param pidsLimit limit of processes and threads
 * @param pidsRefused number of times that this limit was hit
 * @param ioReadBytes bytes read from block devices
 * @param ioWrittenBytes bytes written to block devices
 */
public record Statistics(
        long memoryCurrent,
        long memoryPeak,
        long memoryLimit,
        long oomKills,
        long cpuMicros,
        long cpuUserMicros,
        long cpuSystemMicros,
        PerCpu cpuEach,
        long throttledMicros,
        long throttledPeriods,
        long pidsCurrent,
        long pidsPeak,
        long pidsLimit,
        long pidsRefused,
        long ioReadBytes,
        long ioWrittenBytes) {

    public static final long UNKNOWN = -1;
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** v1's value for no limit, which is rounded to pages. */
    private static final long V1_UNLIMITED = Long.MAX_VALUE >> 12 << 12;

    /** These values, with the values of {@code other} in place of unknown ones. */
    Statistics or(Statistics other) {
        return new Statistics(
                known(memoryCurrent, other.memoryCurrent),
                known(memoryPeak, other.memoryPeak),
                known(memoryLimit, other.memoryLimit),
                known(oomKills, other.oomKills),
                known(cpuMicros, other.cpuMicros),
                known(cpuUserMicros, other.cpuUserMicros),
                known(cpuSystemMicros, other.cpuSystemMicros),
                cpuEach.or(other.cpuEach),
                known(throttledMicros, other.throttledMicros),
                known(throttledPeriods, other.throttledPeriods),
                known(pidsCurrent, other.pidsCurrent),
                known(pidsPeak, other.pidsPeak),
                known(pidsLimit, other.pidsLimit),
                known(pidsRefused, other.pidsRefused),
                known(ioReadBytes, other.ioReadBytes),
                known(ioWrittenBytes, other.ioWrittenBytes));
    }

    static long known(long value, long other) {
        return value == UNKNOWN ? other : value;
    }

    /** Provides the content of a group's files; an empty string for a missing file. */
    interface Texts {
        String of(String controller, String file);
    }

    static Statistics ofV1(Texts texts) {
        String cpu = texts.of("cpu", "cpu.stat");
        String io = texts.of("blkio", "blkio.throttle.io_service_bytes_recursive");
        long limit = number(texts.of("memory", "memory.limit_in_bytes"));
        return new Statistics(
                number(texts.of("memory", "memory.usage_in_bytes")),
                number(texts.of("memory", "memory.max_usage_in_bytes")),
                limit >= V1_UNLIMITED ? UNLIMITED : limit,
                oomKillsOfV1(texts),
                micros(number(texts.of("cpuacct", "cpuacct.usage"))),
                micros(number(texts.of("cpuacct", "cpuacct.usage_user"))),
                micros(number(texts.of("cpuacct", "cpuacct.usage_sys"))),
                PerCpu.ofV1(texts),
                micros(value(cpu, "throttled_time")),
                value(cpu, "nr_throttled"),
                number(texts.of("pids", "pids.current")),
                number(texts.of("pids", "pids.peak")),
                number(texts.of("pids", "pids.max")),
                value(texts.of("pids", "pids.events"), "max"),
                sum(io, " Read "),
                sum(io, " Write "));
    }

    static Statistics ofV2(Texts texts) {
        String cpu = texts.of("cpu", "cpu.stat");
        String io = texts.of("io", "io.stat");
        boolean hasIo = !io.isEmpty();
        return new Statistics(
                number(texts.of("memory", "memory.current")),
                number(texts.of("memory", "memory.peak")),
                number(texts.of("memory", "memory.max")),
                oomKillsOfV2(texts),
                value(cpu, "usage_usec"),
                value(cpu, "user_usec"),
                value(cpu, "system_usec"),
                PerCpu.UNKNOWN,
                value(cpu, "throttled_usec"),
                value(cpu, "nr_throttled"),
                number(texts.of("pids", "pids.current")),
                number(texts.of("pids", "pids.peak")),
                number(texts.of("pids", "pids.max")),
                value(texts.of("pids", "pids.events"), "max"),
                hasIo ? sum(io, "rbytes=") : UNKNOWN,
                hasIo ? sum(io, "wbytes=") : UNKNOWN);
    }

    static long oomKillsOfV1(Texts texts) {
        return value(texts.of("memory", "memory.oom_control"), "oom_kill");
    }

    static long oomKillsOfV2(Texts texts) {
        return value(texts.of("memory", "memory.events"), "oom_kill");
    }

    static long micros(long nanos) {
        return nanos == UNKNOWN ? UNKNOWN : nanos / 1000;
    }

    /** The number in {@code text}; {@code max} means no limit. */
    static long number(String text) {
        String word = text.strip();
        return word.equals("max") ? UNLIMITED : digits(word, 0);
    }

    /** The number after {@code key} in lines {@code key number}. */
    static long value(String text, String key) {
        int at = text.startsWith(key + " ") ? 0 : text.indexOf("\n" + key + " ") + 1;
        return at == 0 && !text.startsWith(key + " ") ? UNKNOWN : digits(text, at + key.length() + 1);
    }

    /** The sum of all numbers that follow {@code mark}; unknown when {@code text} is empty. */
    static long sum(String text, String mark) {
        if (text.isEmpty()) {
            return UNKNOWN;
        }
        long sum = 0;
        for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length())) {
            sum += Math.max(digits(text, at + mark.length()), 0);
        }
        return sum;
    }

    private static long digits(String text, int from) {
        long value = 0;
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = value * 10 + text.charAt(at++) - '0';
        }
        return at == from ? UNKNOWN : value;
    }

    /** Whether a group with these values has no room for two more processes. */
    static boolean isFull(String max, String current) {
        try {
            return Long.parseLong(max.strip()) < Long.parseLong(current.strip()) + 2;
        } catch (NumberFormatException e) {
            // The value is "max", or the controller is missing.
            return false;
        }
    }
}
