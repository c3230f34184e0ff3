package dev.rustyrun.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * {@code union bpf_attr} of {@code linux/bpf.h}, as each command reads it; a pointer in it is a target of the struct.
 */
final class BpfAttributes {

    static final int PROG_LOAD = 5;
    static final int PROG_ATTACH = 8;
    static final int PROG_DETACH = 9;
    static final int PROG_GET_FD_BY_ID = 13;
    static final int PROG_QUERY = 16;

    static final int PROG_TYPE_CGROUP_DEVICE = 15;
    static final int CGROUP_DEVICE = 6;
    static final int F_ALLOW_MULTI = 2;
    static final int F_REPLACE = 4;

    /** The offset at which PROG_QUERY stores the number of programs. */
    static final int QUERY_COUNT_AT = 24;

    private static final int INSTRUCTION = 8;
    private static final int MAX_NAME_LENGTH = 15;

    private BpfAttributes() {}

    static Struct load(int type, byte[] instructions, String license, String name) {
        return new Struct(64)
                .putInt(0, type)
                .putInt(4, instructions.length / INSTRUCTION)
                .putPointer(8, instructions)
                .putPointer(16, license)
                .putBytes(48, Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), MAX_NAME_LENGTH));
    }

    /** Attributes of PROG_ATTACH; {@code replaced} is a descriptor for BPF_F_REPLACE, otherwise 0. */
    static Struct attach(int cgroup, int program, int attachType, int flags, int replaced) {
        return new Struct(20)
                .putInt(0, cgroup)
                .putInt(4, program)
                .putInt(8, attachType)
                .putInt(12, flags)
                .putInt(16, replaced);
    }

    static Struct query(int cgroup, int attachType, int[] ids) {
        return new Struct(32)
                .putInt(0, cgroup)
                .putInt(4, attachType)
                .putPointer(16, ids)
                .putInt(QUERY_COUNT_AT, ids.length);
    }

    static Struct byId(int id) {
        return new Struct(12).putInt(0, id);
    }
}
