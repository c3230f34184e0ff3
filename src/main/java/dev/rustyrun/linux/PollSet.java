package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Descriptors to wait for with poll(2), and the events that the wait found. Reused for several waits by one thread. */
public final class PollSet {

    public static final int POLLIN = 0x01;
    public static final int POLLPRI = 0x02;
    public static final int POLLOUT = 0x04;
    public static final int POLLERR = 0x08;
    public static final int POLLHUP = 0x10;

    private static final int ENTRY = 8;

    private ByteBuffer entries;
    private int count;

    /** An empty set with space for {@code most} descriptors; it grows when needed. */
    public PollSet(int most) {
        entries = ByteBuffer.allocate(most * ENTRY).order(ByteOrder.nativeOrder());
    }

    /** Removes all descriptors. */
    public void clear() {
        count = 0;
    }

    /** Adds {@code fd} with {@code events} to wait for; poll(2) always reports POLLERR and POLLHUP, too. */
    public void add(int fd, int events) {
        if ((count + 1) * ENTRY > entries.capacity()) {
            entries = ByteBuffer.wrap(Arrays.copyOf(entries.array(), entries.capacity() * 2))
                    .order(ByteOrder.nativeOrder());
        }
        entries.putInt(count * ENTRY, fd)
                .putShort(count * ENTRY + 4, (short) events)
                .putShort(count * ENTRY + 6, (short) 0);
        count++;
    }

    /** Whether the last wait found any of {@code events} on {@code fd}. */
    public boolean found(int fd, int events) {
        for (int i = 0; i < count; i++) {
            if (entries.getInt(i * ENTRY) == fd) {
                return (entries.getShort(i * ENTRY + 6) & events) != 0;
            }
        }
        return false;
    }

    /** The events that the last wait found on the descriptor that was added at position {@code index}. */
    public int foundAt(int index) {
        return entries.getShort(index * ENTRY + 6) & 0xffff;
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return entries.array();
    }
}
