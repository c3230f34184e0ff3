package dev.rustyrun.cgroup;

import dev.rustyrun.spec.DeviceRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Compiles a list of device rules to the eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE that the kernel runs for
 * every access to a device; {@code struct bpf_cgroup_dev_ctx} and {@code struct bpf_insn} of {@code linux/bpf.h}.
 *
 * <p>The last rule that matches an access decides about it, so the program checks the rules from the last to the first.
 * An access may combine several kinds, such as reading and writing. Each kind that a rule allows is removed, and
 * earlier rules decide about the remaining kinds. A kind that no rule allows is denied.
 */
final class DeviceProgram {

    private static final int INSTRUCTION = 8;
    private static final int MAX_PER_RULE = 8;

    // Registers: the context, and the result at the end; the type; the kinds of access that are left; the device
    // numbers.
    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int TYPE = 2;
    private static final int WANTED = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    // Operation codes, combined from those of linux/bpf_common.h and linux/bpf.h.
    private static final int LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
    private static final int SET = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K
    private static final int COPY = 0xbf; // BPF_ALU64 | BPF_MOV | BPF_X
    private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private static final int SHIFT_RIGHT = 0x74; // BPF_ALU | BPF_RSH | BPF_K
    private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
    private static final int JUMP_UNLESS = 0x55; // BPF_JMP | BPF_JNE | BPF_K
    private static final int JUMP_IF_ANY = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final int EXIT = 0x95; // BPF_JMP | BPF_EXIT

    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    private final ByteBuffer code;

    private DeviceProgram(int rules) {
        code = ByteBuffer.allocate((8 + rules * MAX_PER_RULE) * INSTRUCTION).order(ByteOrder.nativeOrder());
    }

    /** The instructions that enforce {@code rules}. */
    static byte[] compile(List<DeviceRule> rules) {
        DeviceProgram program = new DeviceProgram(rules.size());
        program.readContext();
        int first = firstThatMatters(rules);
        for (int i = rules.size() - 1; i >= first; i--) {
            program.rule(rules.get(i));
        }
        program.answer(first > 0 && rules.get(first - 1).allow() ? 1 : 0);
        byte[] instructions = new byte[program.code.position()];
        System.arraycopy(program.code.array(), 0, instructions, 0, instructions.length);
        return instructions;
    }

    /** The index after the last rule that covers every access to every device, which overrides all rules before it. */
    private static int firstThatMatters(List<DeviceRule> rules) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            DeviceRule rule = rules.get(i);
            if (rule.type() == DeviceRule.Type.ALL
                    && rule.major() == DeviceRule.ANY
                    && rule.minor() == DeviceRule.ANY
                    && access(rule) == 7) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The first word of the context has the access in its upper half and the type in its lower half. */
    private void readContext() {
        add(LOAD_WORD, TYPE, CONTEXT, 0, 0);
        add(COPY, WANTED, TYPE, 0, 0);
        add(AND, TYPE, 0, 0, 0xFFFF);
        add(SHIFT_RIGHT, WANTED, 0, 0, 16);
        add(LOAD_WORD, MAJOR, CONTEXT, 4, 0);
        add(LOAD_WORD, MINOR, CONTEXT, 8, 0);
    }

    private void rule(DeviceRule rule) {
        int conditions = (rule.type() == DeviceRule.Type.ALL ? 0 : 1)
                + (rule.major() == DeviceRule.ANY ? 0 : 1)
                + (rule.minor() == DeviceRule.ANY ? 0 : 1);
        // Both kinds of rules end with four instructions, so a failed condition jumps over the remaining ones to the
        // next rule.
        int left = conditions + 4;
        if (rule.type() != DeviceRule.Type.ALL) {
            add(JUMP_UNLESS, TYPE, 0, --left, rule.type() == DeviceRule.Type.BLOCK ? BLOCK : CHARACTER);
        }
        if (rule.major() != DeviceRule.ANY) {
            add(JUMP_UNLESS, MAJOR, 0, --left, (int) rule.major());
        }
        if (rule.minor() != DeviceRule.ANY) {
            add(JUMP_UNLESS, MINOR, 0, --left, (int) rule.minor());
        }
        if (rule.allow()) {
            add(AND, WANTED, 0, 0, ~access(rule));
            add(JUMP_UNLESS, WANTED, 0, 2, 0);
            answer(1);
        } else {
            add(JUMP_IF_ANY, WANTED, 0, 1, access(rule));
            add(JUMP, 0, 0, 2, 0);
            answer(0);
        }
    }

    private void answer(int allowed) {
        add(SET, RESULT, 0, 0, allowed);
        add(EXIT, 0, 0, 0, 0);
    }

    /** BPF_DEVCG_ACC_MKNOD, _READ and _WRITE. */
    private static int access(DeviceRule rule) {
        return (rule.access().indexOf('m') >= 0 ? 1 : 0)
                | (rule.access().indexOf('r') >= 0 ? 2 : 0)
                | (rule.access().indexOf('w') >= 0 ? 4 : 0);
    }

    private void add(int operation, int to, int from, int offset, int value) {
        code.put((byte) operation)
                .put((byte) (from << 4 | to))
                .putShort((short) offset)
                .putInt(value);
    }
}
