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
 * Under which name a compiled filter is kept. It changes with everything that the program depends on, but for
 * libseccomp's version: to ask for that the library would have to be loaded, which the cache is there to avoid. What an
 * older libseccomp has compiled stays right until the next start of the machine, when the folder, below {@code /run},
 * is empty again.
 */
final class ProfileKey {

    /** To be raised when the compiler makes another program of the same profile. */
    private static final int COMPILER_VERSION = 2;

    private ProfileKey() {}

    /** The name for Rustyrun's own profile: what it depends on, spelt out, so that nothing need be hashed. */
    static String ofDefault(Machine machine, Set<Capability> bounding) {
        return "default-" + DefaultProfile.VERSION + "." + COMPILER_VERSION + "-" + machine.arch() + "-"
                + Long.toHexString(Capability.bits(bounding)) + "-" + fileName(machine.kernelRelease());
    }

    /** The name for a profile of the user's: a hash of what it says. */
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

    /** All that the program depends on, in one way of writing it. Names hold no spaces: the validator sees to it. */
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
