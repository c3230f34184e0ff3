package dev.rustyrun.step;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Evaluates a filter's program for a system call, as the kernel would: an array of {@code struct sock_filter} over a
 * {@code struct seccomp_data}; man 2 seccomp, the kernel's networking/filter.rst, linux/bpf_common.h.
 */
final class FilterRun {

    private static final int INSTRUCTION = 8;
    private static final int DATA_SIZE = 64;
    private static final int AUDIT_ARCH_X86_64 = 0xC000003E;
    private static final int AUDIT_ARCH_AARCH64 = 0xC00000B7;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final int SECCOMP_RET_LOG = 0x7ffc0000;
    private static final int SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    private static final long UNKNOWN = -1;

    private static final int BPF_LD_W_ABS = 0x20;
    private static final int BPF_AND_K = 0x54;
    private static final int BPF_JA = 0x05;
    private static final int BPF_JEQ_K = 0x15;
    private static final int BPF_JGT_K = 0x25;
    private static final int BPF_JGE_K = 0x35;
    private static final int BPF_JSET_K = 0x45;
    private static final int BPF_RET_K = 0x06;

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    private final ByteBuffer program;

    FilterRun(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    /** Whether the call is made without any effect of the filter. */
    boolean allows(LaunchCall call) {
        long verdict = run(call);
        return verdict == SECCOMP_RET_ALLOW || verdict == SECCOMP_RET_LOG;
    }

    /** Whether the call is certainly not made: the filter rejects it without asking an agent. */
    boolean refuses(LaunchCall call) {
        long verdict = run(call);
        return verdict != SECCOMP_RET_ALLOW
                && verdict != SECCOMP_RET_LOG
                && verdict != SECCOMP_RET_USER_NOTIF
                && verdict != UNKNOWN;
    }

    private long run(LaunchCall call) {
        ByteBuffer data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.nativeOrder());
        data.putInt(ARM ? call.arm() : call.x86()).putInt(ARM ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64);
        data.putLong(0).putLong(call.first()).putLong(call.second());
        return run(data);
    }

    private long run(ByteBuffer data) {
        int accumulator = 0;
        for (int at = 0; at >= 0 && at < program.capacity() / INSTRUCTION; at++) {
            int base = at * INSTRUCTION;
            int code = Short.toUnsignedInt(program.getShort(base));
            int k = program.getInt(base + 4);
            boolean taken;
            switch (code) {
                case BPF_RET_K -> {
                    return Integer.toUnsignedLong(k);
                }
                case BPF_LD_W_ABS -> {
                    if (k < 0 || k > DATA_SIZE - Integer.BYTES) {
                        return UNKNOWN;
                    }
                    accumulator = data.getInt(k);
                    continue;
                }
                case BPF_AND_K -> {
                    accumulator &= k;
                    continue;
                }
                case BPF_JA -> {
                    at += k;
                    continue;
                }
                case BPF_JEQ_K -> taken = accumulator == k;
                case BPF_JGT_K -> taken = Integer.compareUnsigned(accumulator, k) > 0;
                case BPF_JGE_K -> taken = Integer.compareUnsigned(accumulator, k) >= 0;
                case BPF_JSET_K -> taken = (accumulator & k) != 0;
                default -> {
                    return UNKNOWN;
                }
            }
            at += Byte.toUnsignedInt(program.get(base + (taken ? 2 : 3)));
        }
        return UNKNOWN;
    }
}
