package dev.rustyrun.linux;

/** {@code struct msghdr} with one piece of data and room for one SCM_RIGHTS descriptor; man 2 recvmsg, man 3 cmsg. */
final class MessageHeader implements Argument {

    private static final int SIZE = 56;
    private static final int IOVEC_AT = 16;
    private static final int IOVEC_COUNT_AT = 24;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH_AT = 40;
    /** CMSG_SPACE(sizeof(int)) and CMSG_LEN(sizeof(int)). */
    private static final int CONTROL_SPACE = 24;

    private static final int CONTROL_LENGTH = 20;
    private static final int LEVEL_AT = 8;
    private static final int TYPE_AT = 12;
    private static final int DESCRIPTOR_AT = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private final int count;
    private final Struct header;
    private final Struct control = new Struct(CONTROL_SPACE);

    private MessageHeader(Argument data, int count) {
        Struct iovec = new Struct(2 * Long.BYTES).putPointer(0, data).putLong(Long.BYTES, count);
        this.count = count;
        this.header = new Struct(SIZE).putPointer(IOVEC_AT, iovec).putLong(IOVEC_COUNT_AT, 1);
    }

    /** A header that sends {@code data} from {@code offset} on, with {@code descriptor} unless that is -1. */
    static MessageHeader sending(byte[] data, int offset, int descriptor) {
        int count = data.length - offset;
        MessageHeader message = new MessageHeader(new Input(data, offset, count), count);
        if (descriptor >= 0) {
            message.addControl();
            message.control
                    .putLong(0, CONTROL_LENGTH)
                    .putInt(LEVEL_AT, SOL_SOCKET)
                    .putInt(TYPE_AT, SCM_RIGHTS)
                    .putInt(DESCRIPTOR_AT, descriptor);
        }
        return message;
    }

    /** A header that receives up to {@code count} bytes into {@code data}, and a descriptor. */
    static MessageHeader receiving(byte[] data, int count) {
        MessageHeader message = new MessageHeader(new Output(data, count), count);
        message.addControl();
        return message;
    }

    private void addControl() {
        header.putPointer(CONTROL_AT, control).putLong(CONTROL_LENGTH_AT, CONTROL_SPACE);
    }

    /** Number of bytes to send, or maximum number to receive. */
    int count() {
        return count;
    }

    /** The descriptor that was received, or -1. */
    int descriptor() {
        boolean came = header.getLong(CONTROL_LENGTH_AT) >= CONTROL_LENGTH
                && control.getInt(LEVEL_AT) == SOL_SOCKET
                && control.getInt(TYPE_AT) == SCM_RIGHTS;
        return came ? control.getInt(DESCRIPTOR_AT) : -1;
    }

    @Override
    public long place(NativeMemory memory) {
        return header.place(memory);
    }

    @Override
    public void readBack(NativeMemory memory, long address, int result) {
        header.readBack(memory, address, result);
    }
}
