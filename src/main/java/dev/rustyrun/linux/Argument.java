package dev.rustyrun.linux;

/** An argument that lies in native memory during a call. */
interface Argument {

    /** Copies the argument to {@code memory}; its address there. */
    long place(NativeMemory memory);

    /** Takes what the call left at {@code address}. */
    default void readBack(NativeMemory memory, long address, int result) {}

    /** {@code count} bytes of {@code array} from {@code offset} on, which the call only reads. */
    record Input(byte[] array, int offset, int count) implements Argument {

        @Override
        public long place(NativeMemory memory) {
            long address = memory.allocate(count);
            memory.put(address, array, offset, count);
            return address;
        }
    }

    /** Room for {@code count} bytes. The result of the call says how many of them it filled. */
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
