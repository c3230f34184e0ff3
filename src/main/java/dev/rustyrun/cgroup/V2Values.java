package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNLIMITED;
import static dev.rustyrun.spec.Resources.UNSET;

/** Converts values of cgroup v1, which the runtime-spec uses, to those of v2. */
final class V2Values {

    private static final String MAX = "max";

    private V2Values() {}

    /** A limit; {@code max} means none. */
    static String limit(long value) {
        return value == UNLIMITED ? MAX : Long.toString(value);
    }

    /**
     * Converts {@code cpu.shares} 2…262144 linearly to {@code cpu.weight} 1…10000, as runtimes have done since v2. The
     * default 1024 becomes 39, not 100, so containers of runtimes with a non-linear conversion compete differently.
     */
    static long cpuWeight(long shares) {
        return 1 + (shares - 2) * 9999 / 262_142;
    }

    /** Converts {@code blkio.weight} 10…1000 linearly to {@code io.weight} 1…10000. */
    static long ioWeight(long weight) {
        return 1 + (weight - 10) * 9999 / 990;
    }

    /** The value of {@code cpu.max}; without a period, the current one stays unchanged. */
    static String cpuMax(long quota, long period) {
        String first = quota == UNSET || quota == UNLIMITED ? MAX : Long.toString(quota);
        return period == UNSET ? first : first + " " + period;
    }

    /** v1 limits memory and swap together, v2 limits swap alone. */
    static long swapAlone(long memoryAndSwap, long memory) {
        return memoryAndSwap == UNLIMITED ? UNLIMITED : memoryAndSwap - memory;
    }
}
