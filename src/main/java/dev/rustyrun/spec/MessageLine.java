package dev.rustyrun.spec;

import dev.rustyrun.linux.Printable;

/**
 * A message of Rustyrun for its user: one line that names the program. Names from callers and containers may contain
 * anything, so characters that control a terminal are escaped.
 */
public final class MessageLine {

    private static final String PROGRAM = "rustyrun: ";

    /** The start of each warning. */
    public static final String WARNING = PROGRAM + "warning: ";

    private MessageLine() {}

    /** The line that reports an error. */
    public static String error(String message) {
        return Printable.line(PROGRAM + message);
    }

    /** The line that reports a warning. */
    public static String warning(String message) {
        return Printable.line(WARNING + message);
    }

    /** The message alone, for a log. */
    public static String logged(String message) {
        return Printable.line(message);
    }

    /** The message alone, cut to {@code max} characters or slightly more. */
    public static String cut(String message, int max) {
        return Printable.of(message, max);
    }

    /** A word in a table, without line breaks. */
    public static String cell(String word) {
        return Printable.escaped(word);
    }
}
