package dev.rustyrun.seccomp;

import dev.rustyrun.spec.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The start of a filter, which returns ENOSYS for calls newer than all calls that the profile names.
 *
 * <p>Programs try a new call first and fall back to an older one on ENOSYS, but treat EPERM as final. A profile that
 * does not know a call has not decided to forbid it, so the call should behave as on a kernel without it. runc does the
 * same.
 */
final class UnknownCalls {

    static final int INSTRUCTION_SIZE = 8;

    private static final int LOAD = 0x20;
    private static final int JUMP = 0x05;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_GREATER = 0x25;
    private static final int IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;
    private static final int NUMBER = 0;
    private static final int ARCH = 4;
    private static final int ERRNO_ENOSYS = 0x00050000 | 38;
    /** Set in the numbers of x32 calls, {@code __X32_SYSCALL_BIT}. */
    private static final int X32_BIT = 0x40000000;

    private final List<Instruction> head = new ArrayList<>();

    private UnknownCalls() {}

    /**
     * Puts the start before {@code program}.
     *
     * @param last the highest number that the profile names, by architecture
     */
    static byte[] refuse(Map<Seccomp.Arch, Integer> last, byte[] program) {
        if (last.isEmpty()) {
            return program;
        }
        UnknownCalls calls = new UnknownCalls();
        calls.add(LOAD, 0, 0, ARCH);
        Map<Integer, Map<Seccomp.Arch, Integer>> byAuditArch = new LinkedHashMap<>();
        for (Map.Entry<Seccomp.Arch, Integer> entry : last.entrySet()) {
            byAuditArch
                    .computeIfAbsent(entry.getKey().auditArch(), arch -> new LinkedHashMap<>())
                    .put(entry.getKey(), entry.getValue());
        }
        for (Map.Entry<Integer, Map<Seccomp.Arch, Integer>> entry : byAuditArch.entrySet()) {
            calls.addArch(entry.getKey(), entry.getValue());
        }
        return calls.before(program);
    }

    private void addArch(int auditArch, Map<Seccomp.Arch, Integer> last) {
        UnknownCalls body = new UnknownCalls();
        body.add(LOAD, 0, 0, NUMBER);
        if (auditArch == Seccomp.Arch.X86_64.token()) {
            UnknownCalls x32 = new UnknownCalls();
            x32.addLimit(last.get(Seccomp.Arch.X32));
            body.add(IF_AT_LEAST, 0, x32.head.size(), X32_BIT);
            body.head.addAll(x32.head);
            body.addLimit(last.get(Seccomp.Arch.X86_64));
        } else {
            body.addLimit(last.values().iterator().next());
        }
        add(IF_EQUAL, 0, body.head.size(), auditArch);
        head.addAll(body.head);
    }

    /**
     * A number above {@code last} returns ENOSYS; all others, and all numbers when it is null, reach the filter itself.
     */
    private void addLimit(Integer last) {
        if (last != null) {
            add(IF_GREATER, 0, 1, last);
            add(RETURN, 0, 0, ERRNO_ENOSYS);
        }
        add(JUMP, 0, 0, 0);
    }

    private void add(int code, int ifTrue, int ifFalse, int k) {
        head.add(new Instruction(code, ifTrue, ifFalse, k));
    }

    private byte[] before(byte[] program) {
        ByteBuffer b = ByteBuffer.allocate(head.size() * INSTRUCTION_SIZE + program.length)
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < head.size(); i++) {
            Instruction instruction = head.get(i);
            // All unconditional jumps lead to the filter, which begins after this start.
            int k = instruction.code() == JUMP ? head.size() - i - 1 : instruction.k();
            b.putShort((short) instruction.code())
                    .put((byte) instruction.ifTrue())
                    .put((byte) instruction.ifFalse())
                    .putInt(k);
        }
        return b.put(program).array();
    }

    /** {@code struct sock_filter}; jump offsets count skipped instructions. */
    private record Instruction(int code, int ifTrue, int ifFalse, int k) {}
}
