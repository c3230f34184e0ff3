package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a process does on a signal, the kernel's {@code struct sigaction}; man 2 sigaction. */
final class SignalAction {

    /** Handler, flags, restorer and mask, a word each; AArch64 has no restorer. */
    static final int SIZE = 32;

    private static final long SIG_IGN = 1;

    private SignalAction() {}

    /** The action that every signal starts with. */
    static byte[] byDefault() {
        return new byte[SIZE];
    }

    /** Whether {@code action} is to ignore the signal. */
    static boolean ignores(byte[] action) {
        return ByteBuffer.wrap(action).order(ByteOrder.nativeOrder()).getLong(0) == SIG_IGN;
    }
}
