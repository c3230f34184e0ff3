package dev.rustyrun.linux;

import java.util.Arrays;
import java.util.List;

/** Calls the libc of this process through jffi. Thread-safe. */
final class JffiLibC implements LibC {

    private static final String ENVIRONMENT = "environ";

    private final NativeCall calls = NativeCall.libc();

    @Override
    public int call(String name, Object... arguments) {
        try (NativeMemory memory = new NativeMemory()) {
            Placed placed = new Placed(memory, name, arguments);
            int result = placed.make();
            placed.readBack(result);
            return result;
        }
    }

    @Override
    public int[] sequence(List<Call> wanted, Continuation after) {
        int[] results = new int[wanted.size()];
        int made = 0;
        try (NativeMemory memory = new NativeMemory()) {
            Placed[] placed = new Placed[results.length];
            for (int i = 0; i < placed.length; i++) {
                placed[i] =
                        new Placed(memory, wanted.get(i).name(), wanted.get(i).arguments());
                placed[i].prepare();
            }
            do {
                results[made] = placed[made].make();
            } while (after.continues(made, results[made++]) && made < placed.length);
        }
        return Arrays.copyOf(results, made);
    }

    /** A call whose arguments are already in native memory. */
    private final class Placed {

        private final NativeMemory memory;
        private final String function;
        private final Object[] arguments;
        private final int first;
        private final long[] words;

        Placed(NativeMemory memory, String name, Object... arguments) {
            int number = SystemCall.number(name);
            this.memory = memory;
            this.function = number == SystemCall.NONE ? name : "syscall";
            this.arguments = arguments;
            this.first = number == SystemCall.NONE ? 0 : 1;
            this.words = new long[first + arguments.length];
            if (first > 0) {
                words[0] = number;
            }
            for (int i = 0; i < arguments.length; i++) {
                words[first + i] = memory.word(arguments[i]);
            }
        }

        void prepare() {
            calls.prepare(function, words.length);
        }

        int make() {
            int result = (int) calls.call(function, words);
            // Never 0, because that would mean success.
            return result == -1 ? -Math.max(calls.errno(), 1) : result;
        }

        void readBack(int result) {
            for (int i = 0; i < arguments.length; i++) {
                memory.readBack(arguments[i], words[first + i], result);
            }
        }
    }

    @Override
    public void prepare(List<String> functions) {
        functions.forEach(name -> calls.prepare(name, 0));
        calls.variable(ENVIRONMENT);
        for (int arity = 0; arity <= NativeCall.MAX_ARGUMENTS; arity++) {
            // The VM links a method of jffi when it is first called. getpid ignores arguments.
            calls.call("getpid", new long[arity]);
        }
    }

    @Override
    public void clearEnvironment() {
        NativeMemory.clearTexts(NativeMemory.pointer(calls.variable(ENVIRONMENT)));
    }

    @Override
    public boolean has(String name) {
        return calls.has(name);
    }
}
