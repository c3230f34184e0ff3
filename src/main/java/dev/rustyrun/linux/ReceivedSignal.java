package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A signal read from a signal descriptor; man 2 signalfd.
 *
 * @param fromKernel whether the kernel sent it, as for ^C at a terminal, and not a process
 */
public record ReceivedSignal(int number, boolean fromKernel) {

    static final int SIGINFO_SIZE = 128;
    private static final int CODE_AT = 8;
    private static final int SI_KERNEL = 0x80;

    static ReceivedSignal decode(byte[] siginfo) {
        ByteBuffer b = ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder());
        return new ReceivedSignal(b.getInt(0), b.getInt(CODE_AT) == SI_KERNEL);
    }
}
