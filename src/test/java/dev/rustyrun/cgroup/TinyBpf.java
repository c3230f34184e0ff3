package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An interpreter of the few eBPF instructions in device programs; see Documentation/bpf/standardization. It is
 * independent of the compiler, and fails on any other instruction and on backward jumps, as the kernel does.
 */
final class TinyBpf {

    private static final int CONTEXT = 1;

    private final ByteBuffer code;

    TinyBpf(byte[] code) {
        this.code = ByteBuffer.wrap(code).order(ByteOrder.nativeOrder());
    }

    /** The program's result for an access; {@code type} 1 is a block device, 2 a character device. */
    long run(int type, int access, int major, int minor) {
        int[] context = {access << 16 | type, major, minor};
        long[] r = new long[11];
        int pc = 0;
        while (true) {
            int at = pc++ * 8;
            int operation = Byte.toUnsignedInt(code.get(at));
            int to = code.get(at + 1) & 0xF;
            int from = code.get(at + 1) >> 4 & 0xF;
            short offset = code.getShort(at + 2);
            int value = code.getInt(at + 4);
            switch (operation) {
                case 0x61 -> {
                    assertTrue(from == CONTEXT && offset % 4 == 0, "loads from the context only");
                    r[to] = Integer.toUnsignedLong(context[offset / 4]);
                }
                case 0xb7 -> r[to] = value;
                case 0xbf -> r[to] = r[from];
                case 0x54 -> r[to] = Integer.toUnsignedLong((int) r[to] & value);
                case 0x74 -> r[to] = Integer.toUnsignedLong((int) r[to] >>> value);
                case 0x05 -> pc += forwards(offset);
                case 0x55 -> pc += r[to] != value ? forwards(offset) : 0;
                case 0x45 -> pc += (r[to] & value) != 0 ? forwards(offset) : 0;
                case 0x95 -> {
                    return r[0];
                }
                default -> throw new AssertionError("instruction " + operation + " at " + at);
            }
        }
    }

    private static int forwards(int offset) {
        assertTrue(offset >= 0, "no loops");
        return offset;
    }
}
