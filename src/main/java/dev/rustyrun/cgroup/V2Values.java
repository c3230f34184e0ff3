package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNLIMITED;
import static dev.rustyrun.spec.Resources.UNSET;

/** The values of cgroup v1, whose language the runtime-spec speaks, in that of v2. */
final class V2Values {

    private static final String MAX = "max";

    private V2Values() {}

    /** A limit, {@code max} for none. */
    static String limit(long value) {
        return value == UNLIMITED ? MAX : Long.toString(value);
    }

    /**
     * {@code cpu.shares} 2…262144 as {@code cpu.weight} 1…10000, on a straight line, as runtimes have done since v2.
     * The usual 1024 becomes 39, not 100: containers of runtimes that bend the line share differently with ours.
     */
    static long cpuWeight(long shares) {
        return 1 + (shares - 2) * 9999 / 262_142;
    }

    /** {@code blkio.weight} 10…1000 as {@code io.weight} 1…10000, on a straight line. */
    static long ioWeight(long weight) {
        return 1 + (weight - 10) * 9999 / 990;
    }

    /** {@code cpu.max}; the period is left as it is when not given. */
    static String cpuMax(long quota, long period) {
        String first = quota == UNSET || quota == UNLIMITED ? MAX : Long.toString(quota);
        return period == UNSET ? first : first + " " + period;
    }

    /** v1 counts memory and swap together, v2 swap alone. */
    static long swapAlone(long memoryAndSwap, long memory) {
        return memoryAndSwap == UNLIMITED ? UNLIMITED : memoryAndSwap - memory;
    }
}
