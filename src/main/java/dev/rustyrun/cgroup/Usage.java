package dev.rustyrun.cgroup;

/**
 * The part of {@link Statistics} that every launch's end tells: each figure is a file to be read while somebody waits.
 *
 * @param cpuMicros processor time in microseconds, or {@link Statistics#UNKNOWN}
 * @param memoryPeak the most bytes that were in use, or {@link Statistics#UNKNOWN}
 */
public record Usage(long cpuMicros, long memoryPeak) {

    /** The same, with what {@code other} knows where this does not. */
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
