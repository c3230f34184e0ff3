package dev.rustyrun.cgroup;

/**
 * The part of {@link Statistics} that is reported at the end of every launch. It is small, because each value is a file
 * to read while the caller waits.
 *
 * @param cpuMicros processor time in microseconds, or {@link Statistics#UNKNOWN}
 * @param memoryPeak maximum memory use in bytes, or {@link Statistics#UNKNOWN}
 */
public record Usage(long cpuMicros, long memoryPeak) {

    /** These values, with the values of {@code other} in place of unknown ones. */
    Usage or(Usage other) {
        return new Usage(Statistics.known(cpuMicros, other.cpuMicros), Statistics.known(memoryPeak, other.memoryPeak));
    }

    static Usage ofV1(Statistics.Texts texts) {
        return new Usage(
                Statistics.micros(Statistics.number(texts.of("cpuacct", "cpuacct.usage"))),
                Statistics.number(texts.of("memory", "memory.max_usage_in_bytes")));
    }

    static Usage ofV2(Statistics.Texts texts) {
        return new Usage(
                Statistics.value(texts.of("cpu", "cpu.stat"), "usage_usec"),
                Statistics.number(texts.of("memory", "memory.peak")));
    }
}
