package dev.rustyrun.linux;

import com.kenai.jffi.MemoryIO;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory outside the heap for the arguments of one call, freed when the call is over. Owned by one thread.
 *
 * <p>jnr's own native buffers start a finalizer thread, which a process that has unshared its PID namespace may not.
 */
final class NativeMemory implements AutoCloseable {

    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private final List<Long> blocks = new ArrayList<>(8);

    /** {@code size} zeroed bytes. */
    long allocate(int size) {
        long address = MEMORY.allocateMemory(Math.max(size, 8), true);
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + size + " bytes");
        }
        blocks.add(address);
        return address;
    }

    /** A copy of {@code bytes}, or the null pointer. */
    long bytes(byte[] bytes) {
        if (bytes == null) {
            return 0;
        }
        long address = allocate(bytes.length);
        MEMORY.putByteArray(address, bytes, 0, bytes.length);
        return address;
    }

    /** A NUL-terminated UTF-8 copy of {@code text}, or the null pointer. */
    long string(String text) {
        if (text == null) {
            return 0;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long address = allocate(bytes.length + 1);
        MEMORY.putByteArray(address, bytes, 0, bytes.length);
        return address;
    }

    /** A null-terminated array of pointers to copies of {@code texts}, as execve wants it. */
    long strings(String[] texts) {
        long array = allocate((texts.length + 1) * Long.BYTES);
        for (int i = 0; i < texts.length; i++) {
            MEMORY.putAddress(array + (long) i * Long.BYTES, string(texts[i]));
        }
        return array;
    }

    /** An array of 32-bit integers. */
    long ints(int[] values) {
        long address = allocate(values.length * Integer.BYTES);
        MEMORY.putIntArray(address, values, 0, values.length);
        return address;
    }

    void putLong(long address, long value) {
        MEMORY.putLong(address, value);
    }

    void putInt(long address, int value) {
        MEMORY.putInt(address, value);
    }

    long getLong(long address) {
        return MEMORY.getLong(address);
    }

    int getInt(long address) {
        return MEMORY.getInt(address);
    }

    void put(long address, byte[] from, int offset, int count) {
        MEMORY.putByteArray(address, from, offset, count);
    }

    void get(long address, byte[] into, int count) {
        MEMORY.getByteArray(address, into, 0, count);
    }

    @Override
    public void close() {
        for (long block : blocks) {
            MEMORY.freeMemory(block);
        }
    }
}
