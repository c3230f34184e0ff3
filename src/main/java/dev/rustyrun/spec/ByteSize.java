package dev.rustyrun.spec;

import java.util.Optional;

/** A size in bytes such as {@code 64m} or {@code 64MB}, in powers of 1024. */
public final class ByteSize {

    private static final String UNITS = "bkmgt";
    private static final int MAX_DIGITS = 15;

    private ByteSize() {}

    /** The number of bytes that {@code text} means; empty when it is not a size, or is too large for a long. */
    public static Optional<Long> parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > MAX_DIGITS) {
            return Optional.empty();
        }
        int unit = unit(text, digits);
        long number = Long.parseLong(text.substring(0, digits));
        return unit < 0 || number > Long.MAX_VALUE >> 10 * unit ? Optional.empty() : Optional.of(number << 10 * unit);
    }

    /** The index of the unit in {@link #UNITS}, or -1 when the rest of {@code text} is not a unit. */
    private static int unit(String text, int from) {
        int left = text.length() - from;
        if (left == 0) {
            return 0;
        }
        int unit = UNITS.indexOf(Character.toLowerCase(text.charAt(from)));
        boolean wordy = left == 2 && unit > 0 && Character.toLowerCase(text.charAt(from + 1)) == 'b';
        return left == 1 || wordy ? unit : -1;
    }

    /** The shortest form of {@code bytes}, such as {@code 64m}, which {@link #parse} reads. */
    public static String text(long bytes) {
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % (1 << 10) == 0 && unit < UNITS.length() - 1) {
            number >>= 10;
            unit++;
        }
        return unit == 0 ? Long.toString(bytes) : number + UNITS.substring(unit, unit + 1);
    }

    /** The number of bytes that {@code text} means, or -1 for no limit; empty when it is neither. */
    public static Optional<Long> limit(String text) {
        return text.equals("-1") ? Optional.of(Resources.UNLIMITED) : parse(text);
    }

    /**
     * The number of bytes of an option's value, or -1 for no limit.
     *
     * @throws InvalidSpecException when it is neither
     */
    public static long ofOption(String option, String text) {
        return limit(text)
                .orElseThrow(() -> new InvalidSpecException(
                        option + " \"" + text + "\" is not a size such as 64m or 2g, or is too large"));
    }

    /**
     * The number of bytes of a configured size.
     *
     * @throws IllegalArgumentException when it is not a size
     */
    public static long configured(String name, String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(name + "=" + text + " is not a size such as 64m"));
    }
}
