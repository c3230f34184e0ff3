package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * {@code struct sched_attr} in its first version; man 2 sched_setattr.
 *
 * @param policy number of the policy
 * @param flags SCHED_FLAG_ bits
 * @param nice -20 to 19, for SCHED_OTHER and SCHED_BATCH
 * @param priority 1 to 99, for SCHED_FIFO and SCHED_RR
 * @param runtime nanoseconds, for SCHED_DEADLINE; deadline and period likewise
 */
public record SchedulerAttributes(
        int policy, long flags, int nice, int priority, long runtime, long deadline, long period) {

    static final int IOPRIO_WHO_PROCESS = 1;
    static final int IOPRIO_CLASS_SHIFT = 13;

    private static final int SIZE = 48;
    /** The largest number that a kernel can be built for (CONFIG_NR_CPUS). */
    static final int MAX_PROCESSORS = 8192;

    /** A bit mask of processors or memory nodes, padded to whole words of the kernel. */
    static byte[] mask(BitSet set) {
        return Arrays.copyOf(set.toByteArray(), Math.max(1, (set.length() + 63) / 64) * Long.BYTES);
    }

    /** The values, as an error message names them. */
    @Override
    public String toString() {
        return "policy " + policy + ", nice " + nice + ", priority " + priority + ", runtime " + runtime + ", deadline "
                + deadline + ", period " + period;
    }

    byte[] encode() {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.nativeOrder())
                .putInt(SIZE)
                .putInt(policy)
                .putLong(flags)
                .putInt(nice)
                .putInt(priority)
                .putLong(runtime)
                .putLong(deadline)
                .putLong(period)
                .array();
    }
}
