package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The three per-thread capability sets of capset(2), bit n for the capability with number n of
 * {@code linux/capability.h}.
 */
public record CapabilityWords(long effective, long permitted, long inheritable) {

    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    static byte[] header() {
        return ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(LINUX_CAPABILITY_VERSION_3).array();
    }

    byte[] encode() {
        ByteBuffer b = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
        for (int shift = 0; shift <= 32; shift += 32) {
            b.putInt((int) (effective >>> shift)).putInt((int) (permitted >>> shift))
                    .putInt((int) (inheritable >>> shift));
        }
        return b.array();
    }
}
