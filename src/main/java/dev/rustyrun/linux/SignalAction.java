package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The action of a process on a signal, the kernel's {@code struct sigaction}; man 2 sigaction. */
final class SignalAction {

    /** Handler, flags, restorer and mask, one word each; AArch64 has no restorer. */
    static final int SIZE = 32;

    private static final long SIG_IGN = 1;

    private SignalAction() {}

    /** SIG_DFL, the initial action of every signal. */
    static byte[] byDefault() {
        return new byte[SIZE];
    }

    /** Whether {@code action} ignores the signal. */
    static boolean ignores(byte[] action) {
        return ByteBuffer.wrap(action).order(ByteOrder.nativeOrder()).getLong(0) == SIG_IGN;
    }
}
