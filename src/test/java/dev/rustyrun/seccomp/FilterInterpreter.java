package dev.rustyrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter as the kernel does: the classic BPF that seccomp allows, on one {@code struct seccomp_data}. */
final class FilterInterpreter {

    static final int ALLOW = 0x7fff0000;
    static final int KILL_THREAD = 0;
    static final int EPERM = errno(1);
    static final int ENOSYS = errno(38);

    private static final int DATA_SIZE = 64;

    private final ByteBuffer program;

    FilterInterpreter(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    static int errno(int number) {
        return 0x00050000 | number;
    }

    int length() {
        return program.capacity() / 8;
    }

    /** The filter's return value for the call {@code number} on the audit architecture {@code arch}. */
    int run(int arch, int number, long... args) {
        ByteBuffer data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.nativeOrder());
        data.putInt(0, number).putInt(4, arch);
        for (int i = 0; i < args.length; i++) {
            data.putLong(16 + 8 * i, args[i]);
        }
        int a = 0;
        int[] memory = new int[16];
        for (int at = 0; ; at++) {
            int code = Short.toUnsignedInt(program.getShort(at * 8));
            int ifTrue = Byte.toUnsignedInt(program.get(at * 8 + 2));
            int ifFalse = Byte.toUnsignedInt(program.get(at * 8 + 3));
            int k = program.getInt(at * 8 + 4);
            switch (code) {
                case 0x20 -> a = data.getInt(k);
                case 0x02 -> memory[k] = a;
                case 0x60 -> a = memory[k];
                case 0x54 -> a &= k;
                case 0x05 -> at += k;
                case 0x15 -> at += a == k ? ifTrue : ifFalse;
                case 0x25 -> at += Integer.compareUnsigned(a, k) > 0 ? ifTrue : ifFalse;
                case 0x35 -> at += Integer.compareUnsigned(a, k) >= 0 ? ifTrue : ifFalse;
                case 0x45 -> at += (a & k) != 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return k;
                }
                default -> throw new AssertionError("instruction " + at + " has code 0x" + Integer.toHexString(code));
            }
        }
    }
}
