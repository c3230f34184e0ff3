package dev.rustyrun.linux;

/** {@code struct msghdr} with one piece of data and room for one SCM_RIGHTS descriptor; man 2 recvmsg, man 3 cmsg. */
final class MessageHeader {

    private static final int SIZE = 56;
    private static final int IOVEC_AT = 16;
    private static final int IOVEC_COUNT_AT = 24;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH_AT = 40;
    /** CMSG_SPACE(sizeof(int)) and CMSG_LEN(sizeof(int)). */
    private static final int CONTROL_SPACE = 24;

    private static final int CONTROL_LENGTH = 20;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private MessageHeader() {}

    /** The address of a header that sends {@code data}, with {@code descriptor} along unless it is -1. */
    static long sending(NativeMemory m, byte[] data, int descriptor) {
        long header = forData(m, data.length);
        m.put(dataOf(m, header), data, 0, data.length);
        if (descriptor >= 0) {
            long control = giveControl(m, header);
            m.putLong(control, CONTROL_LENGTH);
            m.putInt(control + 8, SOL_SOCKET);
            m.putInt(control + 12, SCM_RIGHTS);
            m.putInt(control + 16, descriptor);
        }
        return header;
    }

    /** The address of a header that receives up to {@code count} bytes and a descriptor. */
    static long receiving(NativeMemory m, int count) {
        long header = forData(m, count);
        giveControl(m, header);
        return header;
    }

    private static long forData(NativeMemory m, int count) {
        long header = m.allocate(SIZE);
        long iovec = m.allocate(16);
        m.putLong(iovec, m.allocate(count));
        m.putLong(iovec + 8, count);
        m.putLong(header + IOVEC_AT, iovec);
        m.putLong(header + IOVEC_COUNT_AT, 1);
        return header;
    }

    private static long giveControl(NativeMemory m, long header) {
        long control = m.allocate(CONTROL_SPACE);
        m.putLong(header + CONTROL_AT, control);
        m.putLong(header + CONTROL_LENGTH_AT, CONTROL_SPACE);
        return control;
    }

    static long dataOf(NativeMemory m, long header) {
        return m.getLong(m.getLong(header + IOVEC_AT));
    }

    static int descriptorIn(NativeMemory m, long header) {
        long control = m.getLong(header + CONTROL_AT);
        boolean came = m.getLong(header + CONTROL_LENGTH_AT) >= CONTROL_LENGTH
                && m.getInt(control + 8) == SOL_SOCKET
                && m.getInt(control + 12) == SCM_RIGHTS;
        return came ? m.getInt(control + 16) : -1;
    }
}
