package dev.rustyrun.seccomp;

import dev.rustyrun.spec.Seccomp;

/**
 * A compiled filter, ready for {@link dev.rustyrun.linux.Linux#installSeccomp}.
 *
 * @param instructions an array of {@code struct sock_filter}
 * @param flags SECCOMP_FILTER_FLAG_ bits
 */
public record SeccompProgram(byte[] instructions, int flags) {

    /** SECCOMP_FILTER_FLAG_NEW_LISTENER: the installation returns a descriptor, which the agent must get. */
    public static final int NEW_LISTENER = 1 << 3;

    /** The flags for {@code seccomp}. */
    static int flags(Seccomp seccomp) {
        int flags = seccomp.notifies() ? NEW_LISTENER : 0;
        for (Seccomp.Flag flag : seccomp.flags()) {
            flags |= flag.value();
        }
        return flags;
    }

    /** Whether installing it returns a listener's descriptor. */
    public boolean hasListener() {
        return (flags & NEW_LISTENER) != 0;
    }
}
