package dev.rustyrun.linux;

/** An argument that lies in native memory during a call. */
interface Argument {

    /** Copies the argument to {@code memory} and returns its address there. */
    long place(NativeMemory memory);

    /** Copies back the data that the call left at {@code address}. */
    default void readBack(NativeMemory memory, long address, int result) {}

    /** {@code count} bytes of {@code array}, starting at {@code offset}, which the call only reads. */
    record Input(byte[] array, int offset, int count) implements Argument {

        @Override
        public long place(NativeMemory memory) {
            long address = memory.allocate(count);
            memory.put(address, array, offset, count);
            return address;
        }
    }

    /** A buffer of {@code count} bytes. The result of the call is the number of bytes that it filled. */
    record Output(byte[] array, int count) implements Argument {

        @Override
        public long place(NativeMemory memory) {
            return memory.allocate(count);
        }

        @Override
        public void readBack(NativeMemory memory, long address, int result) {
            if (result > 0) {
                memory.get(address, array, result);
            }
        }
    }
}
