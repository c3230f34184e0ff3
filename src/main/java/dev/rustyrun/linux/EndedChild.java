package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A child that has ended and was waited for.
 *
 * @param status status with which it ended
 * @param cpuMicros processor time of the child and of the children that it waited for, in microseconds
 */
public record EndedChild(ChildStatus status, long cpuMicros) {

    /** Size of {@code struct rusage}, in bytes. */
    static final int RUSAGE_SIZE = 144;
    /** getrusage(2): the sum of all children that have been waited for. */
    static final int RUSAGE_CHILDREN = -1;

    /** User and system time of a {@code struct rusage}, in microseconds. */
    static long cpuMicros(byte[] rusage) {
        ByteBuffer times = ByteBuffer.wrap(rusage).order(ByteOrder.nativeOrder());
        return (times.getLong(0) + times.getLong(16)) * 1_000_000 + times.getLong(8) + times.getLong(24);
    }
}
