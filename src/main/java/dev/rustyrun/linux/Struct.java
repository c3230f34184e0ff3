package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A C struct that may contain pointers. A call may read and write the struct and the targets of its pointers. */
final class Struct implements Argument {

    private final ByteBuffer fields;
    private final List<Pointer> pointers = new ArrayList<>();

    /** A zeroed struct of {@code size} bytes. */
    Struct(int size) {
        fields = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    Struct putInt(int at, int value) {
        fields.putInt(at, value);
        return this;
    }

    Struct putLong(int at, long value) {
        fields.putLong(at, value);
        return this;
    }

    Struct putBytes(int at, byte[] bytes) {
        fields.position(at);
        fields.put(bytes);
        return this;
    }

    /** Makes the field at {@code at} point to {@code target}, which is anything that {@link LibC#call} accepts. */
    Struct putPointer(int at, Object target) {
        pointers.add(new Pointer(at, target));
        return this;
    }

    int getInt(int at) {
        return fields.getInt(at);
    }

    long getLong(int at) {
        return fields.getLong(at);
    }

    byte getByte(int at) {
        return fields.get(at);
    }

    int size() {
        return fields.capacity();
    }

    /** The target of the pointer at {@code at}; null when there is none. */
    Object target(int at) {
        for (Pointer pointer : pointers) {
            if (pointer.at == at) {
                return pointer.target;
            }
        }
        return null;
    }

    @Override
    public long place(NativeMemory memory) {
        for (Pointer pointer : pointers) {
            fields.putLong(pointer.at, memory.word(pointer.target));
        }
        return memory.bytes(fields.array());
    }

    @Override
    public void readBack(NativeMemory memory, long address, int result) {
        for (Pointer pointer : pointers) {
            memory.readBack(pointer.target, fields.getLong(pointer.at), result);
        }
        memory.get(address, fields.array(), size());
    }

    private record Pointer(int at, Object target) {}
}
