package dev.rustyrun.spec;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Capabilities in the order of {@code linux/capability.h}, so that the ordinal is the number; man 7 capabilities. */
public enum Capability {
    CAP_CHOWN,
    CAP_DAC_OVERRIDE,
    CAP_DAC_READ_SEARCH,
    CAP_FOWNER,
    CAP_FSETID,
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    CAP_SETPCAP,
    CAP_LINUX_IMMUTABLE,
    CAP_NET_BIND_SERVICE,
    CAP_NET_BROADCAST,
    CAP_NET_ADMIN,
    CAP_NET_RAW,
    CAP_IPC_LOCK,
    CAP_IPC_OWNER,
    CAP_SYS_MODULE,
    CAP_SYS_RAWIO,
    CAP_SYS_CHROOT,
    CAP_SYS_PTRACE,
    CAP_SYS_PACCT,
    CAP_SYS_ADMIN,
    CAP_SYS_BOOT,
    CAP_SYS_NICE,
    CAP_SYS_RESOURCE,
    CAP_SYS_TIME,
    CAP_SYS_TTY_CONFIG,
    CAP_MKNOD,
    CAP_LEASE,
    CAP_AUDIT_WRITE,
    CAP_AUDIT_CONTROL,
    CAP_SETFCAP,
    CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,
    CAP_SYSLOG,
    CAP_WAKE_ALARM,
    CAP_BLOCK_SUSPEND,
    CAP_AUDIT_READ,
    CAP_PERFMON,
    CAP_BPF,
    CAP_CHECKPOINT_RESTORE;

    /** The capabilities that containers get by default: the same as with docker. */
    public static final Set<Capability> DEFAULTS = EnumSet.of(
            CAP_CHOWN,
            CAP_DAC_OVERRIDE,
            CAP_FOWNER,
            CAP_FSETID,
            CAP_KILL,
            CAP_SETGID,
            CAP_SETUID,
            CAP_SETPCAP,
            CAP_NET_BIND_SERVICE,
            CAP_NET_RAW,
            CAP_SYS_CHROOT,
            CAP_MKNOD,
            CAP_AUDIT_WRITE,
            CAP_SETFCAP);

    /**
     * The capability of this name, with or without {@code CAP_}, in any case.
     *
     * @throws InvalidSpecException when it is unknown
     */
    public static Capability named(String name) {
        return find(name)
                .orElseThrow(() -> new InvalidSpecException(
                        "unknown capability \"" + name + "\": see man 7 capabilities, such as NET_ADMIN"));
    }

    /** The capability of this name, with or without {@code CAP_}, in any case; empty when it is unknown. */
    public static Optional<Capability> find(String name) {
        String upper = name.toUpperCase(java.util.Locale.ROOT);
        for (Capability capability : values()) {
            if (capability.name().equals(upper) || capability.name().equals("CAP_" + upper)) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }

    /** A bit mask of {@code set}: bit n for the capability with number n. */
    public static long bits(Set<Capability> set) {
        long bits = 0;
        for (Capability capability : set) {
            bits |= 1L << capability.ordinal();
        }
        return bits;
    }
}
