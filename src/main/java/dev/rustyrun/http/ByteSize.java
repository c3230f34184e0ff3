package dev.rustyrun.http;

import java.util.Optional;

/** A size in bytes such as {@code 64m}, in powers of 1024. */
final class ByteSize {

    private static final String UNITS = "kmgt";

    private ByteSize() {}

    /** The bytes that {@code text} says; nothing when it is no size. */
    static Optional<Long> parse(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        if (!lower.matches("[0-9]{1,12}[kmgt]?")) {
            return Optional.empty();
        }
        int unit = UNITS.indexOf(lower.charAt(lower.length() - 1));
        long number = Long.parseLong(unit < 0 ? lower : lower.substring(0, lower.length() - 1));
        int shift = 10 * (unit + 1);
        return number > Long.MAX_VALUE >> shift ? Optional.empty() : Optional.of(number << shift);
    }

    /** The bytes of a configured size. */
    static long configured(String name, String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(name + "=" + text + " is not a size such as 64m"));
    }
}
