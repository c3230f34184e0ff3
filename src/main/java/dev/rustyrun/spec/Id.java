package dev.rustyrun.spec;

import java.util.regex.Pattern;

/**
 * User and group ids. The kernel's ids are unsigned 32-bit numbers, stored here in an {@code int} with the same bits,
 * so high ids are negative. The highest number means "leave it unchanged" (man 2 chown) and is not an id.
 */
public final class Id {

    /** The highest id. */
    public static final long MAX = 0xFFFF_FFFEL;

    /** Compiled once: in a native executable, when it is built. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,10}");

    private Id() {}

    /**
     * Parses an id.
     *
     * @param what the owner of the id, for messages
     * @throws InvalidSpecException when {@code text} is not a whole number, or is above {@link #MAX}
     */
    public static int parse(String what, String text) {
        if (!DIGITS.matcher(text).matches() || Long.parseLong(text) > MAX) {
            throw new InvalidSpecException(what + " \"" + text + "\" is not a number from 0 to " + MAX);
        }
        return (int) Long.parseLong(text);
    }

    /** {@code id} as an unsigned number. */
    public static long number(int id) {
        return Integer.toUnsignedLong(id);
    }
}
