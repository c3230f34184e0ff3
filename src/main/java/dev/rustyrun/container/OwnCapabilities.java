package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Capability;
import java.util.EnumSet;
import java.util.Set;

/** The capabilities that this process can grant; man 5 proc, {@code /proc/pid/status}. */
public final class OwnCapabilities {

    private static final String BOUNDING = "CapBnd:\t";
    private static final int DIGITS = 16;

    private OwnCapabilities() {
    }

    /** For root the bounding set; for an ordinary user all of them, for he has them in his own user namespace. */
    public static Set<Capability> of(Linux linux) {
        String status = linux.readFile("/proc/self/status");
        int at = status.indexOf(BOUNDING) + BOUNDING.length();
        long bits = Long.parseUnsignedLong(status.substring(at, at + DIGITS), 16);
        EnumSet<Capability> own = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if ((bits & 1L << capability.ordinal()) != 0) {
                own.add(capability);
            }
        }
        return own;
    }
}
