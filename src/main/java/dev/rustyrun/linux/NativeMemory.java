package dev.rustyrun.linux;

import com.kenai.jffi.MemoryIO;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory outside the heap for the arguments of one call, freed after the call. Owned by one thread.
 *
 * <p>jnr's own native buffers start a finalizer thread, but a process that has unshared its PID namespace cannot start
 * threads.
 */
final class NativeMemory implements AutoCloseable {

    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private final List<Long> blocks = new ArrayList<>();

    /** {@code argument} as the machine word that a function takes, see {@link LibC#call}. */
    long word(Object argument) {
        if (argument instanceof Number number) {
            return number.longValue();
        }
        if (argument == null) {
            return 0;
        }
        if (argument instanceof String text) {
            return string(text);
        }
        if (argument instanceof byte[] bytes) {
            return bytes(bytes);
        }
        if (argument instanceof int[] values) {
            return ints(values);
        }
        if (argument instanceof Argument placed) {
            return placed.place(this);
        }
        if (argument instanceof List<?> texts) {
            return strings(texts);
        }
        throw new IllegalArgumentException("no argument of a C function: " + argument.getClass());
    }

    /** Copies back to {@code argument} the data that a call with this {@code result} left at {@code word}. */
    void readBack(Object argument, long word, int result) {
        if (argument instanceof byte[] bytes) {
            get(word, bytes, bytes.length);
        } else if (argument instanceof int[] values) {
            MEMORY.getIntArray(word, values, 0, values.length);
        } else if (argument instanceof Argument placed) {
            placed.readBack(this, word, result);
        }
    }

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

    /** A NUL-terminated UTF-8 copy of {@code text}, which may be a {@link FileName}; or the null pointer. */
    long string(String text) {
        if (text == null) {
            return 0;
        }
        byte[] bytes = FileName.bytes(text);
        long address = allocate(bytes.length + 1);
        MEMORY.putByteArray(address, bytes, 0, bytes.length);
        return address;
    }

    /** A null-terminated array of pointers to copies of {@code texts}, the format of execve(2). */
    private long strings(List<?> texts) {
        long array = allocate((texts.size() + 1) * Long.BYTES);
        for (int i = 0; i < texts.size(); i++) {
            MEMORY.putAddress(array + (long) i * Long.BYTES, string((String) texts.get(i)));
        }
        return array;
    }

    /** Overwrites with zeros every string of the null-terminated array at {@code array}. */
    static void clearTexts(long array) {
        for (long at = array; MEMORY.getAddress(at) != 0; at += Long.BYTES) {
            long text = MEMORY.getAddress(at);
            MEMORY.setMemory(text, MEMORY.getStringLength(text), (byte) 0);
        }
    }

    /** The pointer at {@code address}. */
    static long pointer(long address) {
        return MEMORY.getAddress(address);
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
