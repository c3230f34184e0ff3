package dev.rustyrun.seccomp;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * The name of a compiled filter in the cache. It covers everything on which the program depends, except libseccomp's
 * version: reading that would load the library, which the cache is meant to avoid. Programs from an older libseccomp
 * stay valid until the next boot, which empties the directory below {@code /run}.
 */
final class ProfileKey {

    /** Must be increased when the compiler produces another program for the same profile. */
    private static final int COMPILER_VERSION = 2;

    private ProfileKey() {}

    /** The name for Rustyrun's own profile. It lists what the profile depends on, so nothing need be hashed. */
    static String ofDefault(Machine machine, Set<Capability> bounding) {
        return "default-" + DefaultProfile.VERSION + "." + COMPILER_VERSION + "-" + machine.arch() + "-"
                + Long.toHexString(Capability.bits(bounding)) + "-" + fileName(machine.kernelRelease());
    }

    /** The name for a user's profile: a hash of its contents. */
    static String of(Machine machine, Seccomp seccomp) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(canonical(seccomp).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest()) + "-" + COMPILER_VERSION + "-" + machine.arch() + "-"
                    + fileName(machine.kernelRelease());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * A canonical form of everything on which the program depends. Names contain no spaces, which the validator checks.
     */
    static String canonical(Seccomp seccomp) {
        StringBuilder b = new StringBuilder(16 * 1024);
        b.append(seccomp.defaultAction())
                .append(' ')
                .append(seccomp.defaultErrnoRet().orElse(Seccomp.DEFAULT_ERRNO));
        for (Seccomp.Arch arch : seccomp.architectures()) {
            b.append(' ').append(arch);
        }
        for (Seccomp.Rule rule : seccomp.syscalls()) {
            b.append('\n')
                    .append(rule.action())
                    .append(' ')
                    .append(rule.errnoRet().orElse(Seccomp.DEFAULT_ERRNO));
            for (String name : rule.names()) {
                b.append(' ').append(name);
            }
            for (Seccomp.Arg arg : rule.args()) {
                b.append(" [")
                        .append(arg.index())
                        .append(' ')
                        .append(arg.op())
                        .append(' ')
                        .append(arg.value())
                        .append(' ')
                        .append(arg.valueTwo())
                        .append(']');
            }
        }
        return b.toString();
    }

    private static String fileName(String text) {
        StringBuilder b = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), 80); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-';
            b.append(plain ? c : '_');
        }
        return b.toString();
    }
}
