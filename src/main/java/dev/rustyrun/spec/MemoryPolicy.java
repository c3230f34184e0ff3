package dev.rustyrun.spec;

import java.util.Set;

/**
 * The memory nodes from which a container allocates; runtime-spec config-linux.md, "Memory policy"; man 2
 * set_mempolicy.
 *
 * @param given whether a policy was requested at all
 * @param nodes a list such as {@code 0-1,3}; empty for none
 */
public record MemoryPolicy(boolean given, Mode mode, Set<Flag> flags, String nodes) {

    /** Keeps the inherited policy. */
    public static final MemoryPolicy INHERITED = new MemoryPolicy(false, Mode.MPOL_DEFAULT, Set.of(), "");

    public MemoryPolicy {
        flags = Set.copyOf(flags);
    }

    /** The modes; the ordinal is the header's number. */
    public enum Mode {
        MPOL_DEFAULT,
        MPOL_PREFERRED,
        MPOL_BIND,
        MPOL_INTERLEAVE,
        MPOL_LOCAL,
        MPOL_PREFERRED_MANY,
        MPOL_WEIGHTED_INTERLEAVE;

        /** Whether the mode requires nodes. */
        public boolean needsNodes() {
            return this == MPOL_BIND
                    || this == MPOL_INTERLEAVE
                    || this == MPOL_PREFERRED_MANY
                    || this == MPOL_WEIGHTED_INTERLEAVE;
        }

        /** Whether the mode accepts nodes. */
        public boolean takesNodes() {
            return needsNodes() || this == MPOL_PREFERRED;
        }
    }

    /** Flags that can be added to a mode. */
    public enum Flag {
        MPOL_F_NUMA_BALANCING(1 << 13),
        MPOL_F_RELATIVE_NODES(1 << 14),
        MPOL_F_STATIC_NODES(1 << 15);

        private final int value;

        Flag(int value) {
            this.value = value;
        }

        /** The header's value. */
        public int value() {
            return value;
        }
    }

    /** Mode and flags in the encoding of set_mempolicy(2). */
    public int number() {
        int number = mode.ordinal();
        for (Flag flag : flags) {
            number |= flag.value();
        }
        return number;
    }
}
