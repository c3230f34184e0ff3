package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The events of a descriptor of {@link Linux#watchFiles}: {@code struct inotify_event}, man 7 inotify. */
public final class FileChanges {

    /** Receives changes. */
    public interface Listener {
        /** The events in {@code mask} have happened to the file of {@code watch}. */
        void changed(int watch, int mask);
    }

    public static final int IN_MODIFY = 0x2;
    public static final int IN_MOVED_TO = 0x80;
    public static final int IN_CREATE = 0x100;
    public static final int IN_DELETE = 0x200;
    public static final int IN_DELETE_SELF = 0x400;
    /** The watch number of a lost event (IN_Q_OVERFLOW): all files must be checked again. */
    public static final int ALL = -1;

    private static final int HEADER = 16;
    private static final int LENGTH = 12;

    private final byte[] buffer = new byte[16 * 1024];
    private final Linux linux;
    private final int descriptor;

    public FileChanges(Linux linux, int descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
    }

    /**
     * Passes every pending change to {@code each}. When the kernel's queue overflowed, the change is one of watch
     * {@link #ALL}.
     */
    public void read(Listener each) {
        int got;
        try {
            got = linux.read(descriptor, buffer, buffer.length);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                return;
            }
            throw e;
        }
        ByteBuffer events = ByteBuffer.wrap(buffer, 0, got).order(ByteOrder.nativeOrder());
        for (int at = 0; at + HEADER <= got; at += HEADER + events.getInt(at + LENGTH)) {
            each.changed(events.getInt(at), events.getInt(at + 4));
        }
    }
}
