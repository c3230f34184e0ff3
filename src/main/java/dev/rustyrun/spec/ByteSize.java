package dev.rustyrun.spec;

import java.util.Optional;

/** A size in bytes such as {@code 64m} or {@code 64MB}, in powers of 1024. */
public final class ByteSize {

    private static final String UNITS = "bkmgt";
    private static final int MAX_DIGITS = 15;

    private ByteSize() {}

    /** The bytes that {@code text} says; nothing when it is no size, or more than can be counted. */
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

    /** The unit's place in {@link #UNITS}, and -1 when the rest of {@code text} is none. */
    private static int unit(String text, int from) {
        int left = text.length() - from;
        if (left == 0) {
            return 0;
        }
        int unit = UNITS.indexOf(Character.toLowerCase(text.charAt(from)));
        boolean wordy = left == 2 && unit > 0 && Character.toLowerCase(text.charAt(from + 1)) == 'b';
        return left == 1 || wordy ? unit : -1;
    }

    /** The same with -1 for no limit. */
    public static Optional<Long> limit(String text) {
        return text.equals("-1") ? Optional.of(Resources.UNLIMITED) : parse(text);
    }

    /**
     * The bytes of an option's value, or -1 for no limit.
     *
     * @throws InvalidSpecException when it is neither
     */
    public static long ofOption(String option, String text) {
        return limit(text)
                .orElseThrow(() -> new InvalidSpecException(
                        option + " \"" + text + "\" is not a size such as 64m or 2g, or is more than can be counted"));
    }

    /**
     * The bytes of a configured size.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static long configured(String name, String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(name + "=" + text + " is not a size such as 64m"));
    }
}
