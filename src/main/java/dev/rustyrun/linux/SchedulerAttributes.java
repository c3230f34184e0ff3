package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct sched_attr} in its first form; man 2 sched_setattr.
 *
 * @param policy its number
 * @param flags SCHED_FLAG_ bits
 * @param nice -20 to 19, for SCHED_OTHER and SCHED_BATCH
 * @param priority 1 to 99, for SCHED_FIFO and SCHED_RR
 * @param runtime nanoseconds, for SCHED_DEADLINE as the other two
 */
public record SchedulerAttributes(
        int policy, long flags, int nice, int priority, long runtime, long deadline, long period) {

    private static final int SIZE = 48;

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
