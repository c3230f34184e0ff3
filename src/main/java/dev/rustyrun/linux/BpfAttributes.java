package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** {@code union bpf_attr} of {@code linux/bpf.h}, as each command reads it; pointers are native addresses. */
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

    /** Where PROG_QUERY puts the number of programs. */
    static final int QUERY_COUNT_AT = 24;

    private static final int INSTRUCTION = 8;
    private static final int LONGEST_NAME = 15;

    private BpfAttributes() {}

    static byte[] load(int type, long instructions, int bytes, long license, String name) {
        ByteBuffer b = zeroed(64)
                .putInt(0, type)
                .putInt(4, bytes / INSTRUCTION)
                .putLong(8, instructions)
                .putLong(16, license);
        byte[] text = Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), LONGEST_NAME);
        b.position(48);
        return b.put(text).array();
    }

    static byte[] attach(int cgroup, int program, int attachType, int flags, int replaced) {
        return zeroed(20)
                .putInt(0, cgroup)
                .putInt(4, program)
                .putInt(8, attachType)
                .putInt(12, flags)
                .putInt(16, Math.max(replaced, 0))
                .array();
    }

    static byte[] query(int cgroup, int attachType, long ids, int room) {
        return zeroed(32)
                .putInt(0, cgroup)
                .putInt(4, attachType)
                .putLong(16, ids)
                .putInt(QUERY_COUNT_AT, room)
                .array();
    }

    static byte[] byId(int id) {
        return zeroed(12).putInt(0, id).array();
    }

    private static ByteBuffer zeroed(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }
}
