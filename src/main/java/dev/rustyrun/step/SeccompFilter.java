package dev.rustyrun.step;

import java.util.Arrays;
import java.util.List;

/** A compiled seccomp filter; man 2 seccomp. Immutable. */
public final class SeccompFilter {

    /** No filter. */
    public static final SeccompFilter NONE = new SeccompFilter(new byte[0], 0);

    private static final int INSTRUCTION = 8;
    /** SECCOMP_FILTER_FLAG_NEW_LISTENER. */
    private static final int NEW_LISTENER = 1 << 3;

    private final byte[] bytes;
    private final int flags;

    /**
     * A filter.
     *
     * @param bytes instructions, an array of {@code struct sock_filter}
     * @param flags SECCOMP_FILTER_FLAG_ bits for its installation
     */
    public SeccompFilter(byte[] bytes, int flags) {
        this.bytes = bytes.clone();
        this.flags = flags;
    }

    static SeccompFilter read(PlanReader in) {
        return new SeccompFilter(in.takeBytes(), in.take32());
    }

    void writeTo(PlanWriter out) {
        out.putBytes(bytes).put32(flags);
    }

    /** The instructions. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The flags for its installation. */
    public int flags() {
        return flags;
    }

    /** Whether its installation returns a listener's descriptor, which the agent must get. */
    public boolean hasListener() {
        return (flags & NEW_LISTENER) != 0;
    }

    /**
     * Whether all {@code calls} are allowed; without a filter, every call is. A filter with instructions that are
     * unknown here counts as one that allows nothing.
     */
    public boolean permits(List<LaunchCall> calls) {
        if (bytes.length == 0) {
            return true;
        }
        FilterRun run = new FilterRun(bytes);
        for (LaunchCall call : calls) {
            if (!run.allows(call)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the filter forbids every execve, so that no command can start. */
    public boolean refusesExecution() {
        if (bytes.length == 0) {
            return false;
        }
        FilterRun run = new FilterRun(bytes);
        for (LaunchCall call : LaunchCall.EXECUTE) {
            if (!run.refuses(call)) {
                return false;
            }
        }
        return true;
    }

    /** The number of instructions. */
    public int instructions() {
        return bytes.length / INSTRUCTION;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeccompFilter filter && flags == filter.flags && Arrays.equals(bytes, filter.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + flags;
    }
}
