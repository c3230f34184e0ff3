package dev.rustyrun.cgroup;

/**
 * What a group has used. A number that this kernel does not tell is {@link #UNKNOWN}, a limit that is none
 * {@link #UNLIMITED}.
 *
 * @param memoryCurrent bytes
 * @param memoryPeak bytes, the most there ever were
 * @param memoryLimit bytes
 * @param oomKills processes that were killed because they needed more memory than the limit
 * @param cpuMicros processor time, microseconds
 * @param cpuUserMicros the part of it in programs
 * @param cpuSystemMicros the part of it in the kernel
 * @param throttledMicros for how long it had to wait because of its quota, microseconds
 * @param throttledPeriods in how many periods it had to
 * @param pidsCurrent processes and threads
 * @param pidsPeak the most there ever were
 * @param pidsLimit of processes and threads
 * @param pidsRefused how often it hit that limit
 * @param ioReadBytes from block devices
 * @param ioWrittenBytes to block devices
 */
public record Statistics(
        long memoryCurrent,
        long memoryPeak,
        long memoryLimit,
        long oomKills,
        long cpuMicros,
        long cpuUserMicros,
        long cpuSystemMicros,
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

    /** v1 says this, rounded to pages, for no limit. */
    private static final long V1_UNLIMITED = Long.MAX_VALUE >> 12 << 12;

    /** These, and where they are unknown those of {@code other}. */
    Statistics or(Statistics other) {
        return new Statistics(
                known(memoryCurrent, other.memoryCurrent),
                known(memoryPeak, other.memoryPeak),
                known(memoryLimit, other.memoryLimit),
                known(oomKills, other.oomKills),
                known(cpuMicros, other.cpuMicros),
                known(cpuUserMicros, other.cpuUserMicros),
                known(cpuSystemMicros, other.cpuSystemMicros),
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

    /** Where the texts of a group's files come from; the empty text for a file that is not there. */
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

    /** The number that is the whole text, {@code max} being none at all. */
    static long number(String text) {
        String word = text.strip();
        return word.equals("max") ? UNLIMITED : digits(word, 0);
    }

    /** The number after {@code key} in a text of lines {@code key number}. */
    static long value(String text, String key) {
        int at = text.startsWith(key + " ") ? 0 : text.indexOf("\n" + key + " ") + 1;
        return at == 0 && !text.startsWith(key + " ") ? UNKNOWN : digits(text, at + key.length() + 1);
    }

    /** The sum of the numbers that follow {@code mark} anywhere; unknown when there is no text at all. */
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

    /** Whether a group with these files has no room for two more processes. */
    static boolean isFull(String max, String current) {
        try {
            return Long.parseLong(max.strip()) < Long.parseLong(current.strip()) + 2;
        } catch (NumberFormatException e) {
            // "max", or there is no such controller.
            return false;
        }
    }
}
