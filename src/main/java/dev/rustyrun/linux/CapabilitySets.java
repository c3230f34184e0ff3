package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The three per-thread capability sets of capset(2), bit n for the capability with number n of
 * {@code linux/capability.h}.
 */
public record CapabilitySets(long effective, long permitted, long inheritable) {

    /** Size of the encoded sets, in bytes. */
    static final int SIZE = 24;

    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    static byte[] header() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(LINUX_CAPABILITY_VERSION_3)
                .array();
    }

    byte[] encode() {
        ByteBuffer b = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
        for (int shift = 0; shift <= 32; shift += 32) {
            b.putInt((int) (effective >>> shift))
                    .putInt((int) (permitted >>> shift))
                    .putInt((int) (inheritable >>> shift));
        }
        return b.array();
    }

    static CapabilitySets decode(byte[] data) {
        ByteBuffer b = ByteBuffer.wrap(data).order(ByteOrder.nativeOrder());
        return new CapabilitySets(word(b, 0), word(b, 4), word(b, 8));
    }

    /** The low half of a set is in the first three numbers, the high half in the other three. */
    private static long word(ByteBuffer b, int at) {
        return b.getInt(at) & 0xffffffffL | (long) b.getInt(at + SIZE / 2) << 32;
    }
}
