package dev.rustyrun.linux;

import java.util.StringJoiner;

/**
 * A kernel call that failed: which call, with what arguments, and the errno by name. Its message is one line, such as
 * {@code mount("proc", "/proc"): EPERM (Operation not permitted)}.
 */
public final class LinuxException extends RuntimeException {

    /** Maximum length of an argument in a message, in characters. */
    private static final int MAX_SHOWN = 600;

    /**
     * Whether an exception records where it was thrown. A native executable does so only on request: it must look up
     * all callers in tables, and many exceptions are expected.
     */
    private static boolean traced = System.getProperty("org.graalvm.nativeimage.imagecode") == null;

    private final String call;
    private final int errno;

    LinuxException(String call, int errno) {
        super(call + ": " + Errno.describe(errno), null, false, traced);
        this.call = call;
        this.errno = errno;
    }

    /** From now on, exceptions record where they were thrown. */
    public static void recordStackTraces() {
        traced = true;
    }

    /**
     * Returns {@code result} of {@link LibC#call} if it is not negative. Arguments are formatted only for a failure,
     * because this is the stages' fast path.
     *
     * @throws LinuxException that names {@code call} and {@code arguments}
     */
    static int check(int result, String call, Object... arguments) {
        if (result < 0) {
            throw failure(result, call, arguments);
        }
        return result;
    }

    /** The exception for the negative {@code result}. */
    static LinuxException failure(int result, String call, Object... arguments) {
        StringJoiner words = new StringJoiner(", ", call + "(", ")");
        for (Object argument : arguments) {
            words.add(
                    argument instanceof String text
                            ? '"' + Printable.of(text, MAX_SHOWN) + '"'
                            : String.valueOf(argument));
        }
        return new LinuxException(words.toString(), -result);
    }

    /** A failure that another process of ours has reported. */
    public static LinuxException of(String call, int errno) {
        return new LinuxException(call, errno);
    }

    /** The call and its arguments, as in {@code umount2(".", MNT_DETACH)}. */
    public String call() {
        return call;
    }

    /** The error number, one of {@link Errno}'s. */
    public int errno() {
        return errno;
    }
}
