package dev.rustyrun.linux;

/** The process's own libc, called through jffi. Safe for use by several threads. */
final class JffiLibC implements LibC {

    private final NativeCall calls = NativeCall.libc();

    @Override
    public int call(String name, Object... arguments) {
        int number = SystemCall.number(name);
        int first = number == SystemCall.NONE ? 0 : 1;
        long[] words = new long[first + arguments.length];
        try (NativeMemory memory = new NativeMemory()) {
            for (int i = 0; i < arguments.length; i++) {
                words[first + i] = memory.word(arguments[i]);
            }
            int result;
            if (number == SystemCall.NONE) {
                result = (int) calls.call(name, words);
            } else {
                words[0] = number;
                result = (int) calls.call("syscall", words);
            }
            if (result == -1) {
                // Never 0, which would be a success.
                result = -Math.max(calls.errno(), 1);
            }
            for (int i = 0; i < arguments.length; i++) {
                memory.readBack(arguments[i], words[first + i], result);
            }
            return result;
        }
    }

    @Override
    public void clearEnvironment() {
        NativeMemory.clearTexts(NativeMemory.pointer(calls.variable("environ")));
    }

    @Override
    public boolean has(String name) {
        return calls.has(name);
    }
}
