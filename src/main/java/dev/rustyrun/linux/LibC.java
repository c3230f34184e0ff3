package dev.rustyrun.linux;

import java.util.Arrays;
import java.util.List;

/**
 * The interface to the kernel: calls by name. {@link Linux} and its families define which calls exist and what they
 * mean; {@link JffiLibC} makes them; tests use a recorder instead.
 */
interface LibC {

    /**
     * Makes one call. The name is that of the man page in section 2; {@link SystemCall} lists the names that are not
     * functions of libc.
     *
     * <p>An argument is one of: a number; a string, passed as a C string; null, the null pointer; a list of strings,
     * passed as a null-terminated array; a {@code byte[]} or {@code int[]}, which the call may read and write; an
     * {@link Argument}.
     *
     * @return the result, which always fits an int; the negative errno instead of -1
     */
    int call(String name, Object... arguments);

    /** A call that has not been made yet. */
    record Call(String name, Object... arguments) {
        /** Makes the call. */
        int make(LibC libc) {
            return libc.call(name, arguments);
        }
    }

    /** Decides whether the next call of a sequence is made. */
    interface Continuation {
        boolean continues(int made, int result);
    }

    /**
     * Makes {@code calls}, at least one, and stops when {@code after} says so. All arguments are in native memory
     * before the first call, so nothing is allocated between the calls.
     *
     * @return the results of the calls that were made
     */
    default int[] sequence(List<Call> calls, Continuation after) {
        int[] results = new int[calls.size()];
        int made = 0;
        do {
            results[made] = calls.get(made).make(this);
        } while (after.continues(made, results[made++]) && made < results.length);
        return Arrays.copyOf(results, made);
    }

    /** Whether this libc has the function {@code name}. */
    boolean has(String name);

    /** Looks up these functions and creates what their calls need, so that copies of this process have it already. */
    default void prepare(List<String> functions) {
        // A recorder needs nothing.
    }

    /** Overwrites the strings of {@code environ}, man 7 environ, which {@code /proc/PID/environ} shows. */
    default void clearEnvironment() {
        // A recorder has no environment.
    }

    /** Makes a call, and repeats it while a signal interrupts it (EINTR). */
    default int repeat(String name, Object... arguments) {
        int result;
        do {
            result = call(name, arguments);
        } while (result == -Errno.EINTR);
        return result;
    }
}
