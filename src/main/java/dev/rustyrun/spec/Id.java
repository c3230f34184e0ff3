package dev.rustyrun.spec;

/**
 * User and group ids. The kernel's are unsigned numbers of 32 bits; they are kept in an {@code int} of the same bits, so
 * that a high one is negative there. The highest number of all means "leave it as it is" (man 2 chown) and is no id.
 */
public final class Id {

    /** The highest id. */
    public static final long MAX = 0xFFFF_FFFEL;

    private static final int MAX_DIGITS = 10;

    private Id() {}

    /**
     * The id that {@code text} is.
     *
     * @param what has the id, for messages
     * @throws InvalidSpecException when it is no whole number, or is above {@link #MAX}
     */
    public static int parse(String what, String text) {
        if (!text.matches("[0-9]{1," + MAX_DIGITS + "}") || Long.parseLong(text) > MAX) {
            throw new InvalidSpecException(what + " \"" + text + "\" is not a number from 0 to " + MAX);
        }
        return (int) Long.parseLong(text);
    }

    /** The number that the bits of {@code id} are. */
    public static long number(int id) {
        return Integer.toUnsignedLong(id);
    }
}
