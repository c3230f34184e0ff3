package dev.rustyrun.linux;

/** {@code struct sock_filter} and {@code struct sock_fprog} of {@code linux/filter.h}. */
final class SockFilter {

    static final int SECCOMP_SET_MODE_FILTER = 1;

    private static final int SIZE = 8;

    private SockFilter() {}

    /** The number of instructions in {@code filters}. */
    static int count(byte[] filters) {
        return filters.length / SIZE;
    }

    /** {@code struct sock_fprog}: a 16-bit count, and the address in the next word. */
    static Struct program(byte[] filters) {
        return new Struct(2 * Long.BYTES)
                .putLong(0, count(filters))
                .putPointer(Long.BYTES, new Argument.Input(filters, 0, filters.length));
    }
}
