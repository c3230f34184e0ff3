package dev.rustyrun.linux;

import java.util.Arrays;
import java.util.List;

/**
 * The gate to the kernel: calls by name. {@link Linux} and its families say which calls exist and what they mean;
 * {@link JffiLibC} makes them; a test puts a recorder here.
 */
interface LibC {

    /**
     * Makes one call. The name is that of section 2 of the manual; {@link SystemCall} lists the names that are not
     * functions of libc.
     *
     * <p>An argument is a number; a text, which becomes a C string; null, the null pointer; a list of texts, which becomes a
     * null-terminated array; a {@code byte[]} or {@code int[]}, which the call may read and write; or an {@link Argument}.
     *
     * @return the result, all of which fit an int; the negative errno in place of -1
     */
    int call(String name, Object... arguments);

    /** A call that is to be made. */
    record Call(String name, Object... arguments) {
        /** Makes it. */
        int make(LibC libc) {
            return libc.call(name, arguments);
        }
    }

    /** Whether the next call of a sequence is made. */
    interface Continuation {
        boolean goesOn(int made, int result);
    }

    /**
     * Makes {@code calls}, of which there is at least one, as long as {@code after} each of them the next one is to be made. All
     * arguments are in place before the first call, so that nothing is allocated between them.
     *
     * @return the results of those that were made
     */
    default int[] sequence(List<Call> calls, Continuation after) {
        int[] results = new int[calls.size()];
        int made = 0;
        do {
            results[made] = calls.get(made).make(this);
        } while (after.goesOn(made, results[made++]) && made < results.length);
        return Arrays.copyOf(results, made);
    }

    /** Whether this libc has the function {@code name}. */
    boolean has(String name);

    /** Overwrites the texts of {@code environ}, man 7 environ, which are what {@code /proc/PID/environ} shows. */
    default void clearEnvironment() {
        // A recorder has none.
    }

    /** Makes a call, again and again while a signal interrupts it. */
    default int repeat(String name, Object... arguments) {
        int result;
        do {
            result = call(name, arguments);
        } while (result == -Errno.EINTR);
        return result;
    }
}
