package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An immutable set of signals, and its encoding as glibc's {@code sigset_t}; man 3 sigsetops. */
public final class SignalSet {

    /** Size of glibc's {@code sigset_t}, in bytes. */
    static final int SIZE = 128;
    /** Size of the kernel's own set, in bytes. */
    static final int KERNEL_SIZE = 8;
    /** The highest signal number. */
    static final int LAST = 64;

    /** sigprocmask(2): replace the previous set. */
    static final int SIG_SETMASK = 2;

    private final long bits;

    private SignalSet(long bits) {
        this.bits = bits;
    }

    /** The empty set. */
    public static SignalSet none() {
        return new SignalSet(0);
    }

    /** Every signal that can have a handler, except the real-time signals that glibc uses itself (32, 33). */
    static SignalSet all() {
        return new SignalSet(~(bit(Signal.SIGKILL.number()) | bit(Signal.SIGSTOP.number()) | bit(32) | bit(33)));
    }

    /** The set of {@code signals}. */
    public static SignalSet of(Signal... signals) {
        long bits = 0;
        for (Signal signal : signals) {
            bits |= bit(signal.number());
        }
        return new SignalSet(bits);
    }

    /** The union of this set and {@code signals}. */
    public SignalSet with(Signal... signals) {
        return new SignalSet(bits | of(signals).bits);
    }

    /** The union of this set and the signal {@code number}. */
    SignalSet with(int number) {
        return new SignalSet(bits | bit(number));
    }

    /** This set without {@code signals}. */
    public SignalSet without(Signal... signals) {
        return new SignalSet(bits & ~of(signals).bits);
    }

    /** Whether the signal {@code number} is in this set. */
    public boolean contains(int number) {
        return (bits & bit(number)) != 0;
    }

    /** The set in the kernel's encoding. */
    public long bits() {
        return bits;
    }

    /** Whether every signal of {@code other} is in this set. */
    public boolean containsAll(SignalSet other) {
        return (bits & other.bits) == other.bits;
    }

    byte[] encode() {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.nativeOrder())
                .putLong(0, bits)
                .array();
    }

    static SignalSet decode(byte[] sigset) {
        return new SignalSet(
                ByteBuffer.wrap(sigset).order(ByteOrder.nativeOrder()).getLong(0));
    }

    private static long bit(int number) {
        return 1L << (number - 1);
    }
}
