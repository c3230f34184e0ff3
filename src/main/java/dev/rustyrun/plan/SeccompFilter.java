package dev.rustyrun.plan;

import java.util.Arrays;

/** A compiled seccomp filter: an array of {@code struct sock_filter}, 8 bytes each; man 2 seccomp. Immutable. */
public final class SeccompFilter {

    private static final int INSTRUCTION = 8;

    private final byte[] bytes;

    /** The filter with these instructions. */
    public SeccompFilter(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    static SeccompFilter read(PlanReader in) {
        return new SeccompFilter(in.takeBytes());
    }

    /** The instructions. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many there are. */
    public int instructions() {
        return bytes.length / INSTRUCTION;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeccompFilter filter && Arrays.equals(bytes, filter.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
