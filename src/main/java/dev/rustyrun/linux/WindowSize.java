package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code struct winsize}: a terminal's size in characters; man 4 ioctl_tty. */
public record WindowSize(int rows, int columns) {

    static WindowSize decode(byte[] winsize) {
        ByteBuffer b = ByteBuffer.wrap(winsize).order(ByteOrder.nativeOrder());
        return new WindowSize(Short.toUnsignedInt(b.getShort(0)), Short.toUnsignedInt(b.getShort(2)));
    }

    byte[] encode() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putShort((short) rows)
                .putShort((short) columns)
                .array();
    }
}
