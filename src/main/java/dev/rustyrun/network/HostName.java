package dev.rustyrun.network;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Canonical host names: lower case, ASCII (IDNA), without a trailing dot. */
final class HostName {

    private static final int MAX_LENGTH = 253;
    private static final Pattern LABELS =
            Pattern.compile("(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?");
    /**
     * A name that ends like this could be parsed by a resolver as an address with decimal, octal or hexadecimal
     * numbers.
     */
    private static final Pattern NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private HostName() {}

    /** The canonical form of {@code text}; empty when it is not a valid name. */
    static Optional<String> of(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        try {
            String ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            boolean valid = ascii.length() <= MAX_LENGTH
                    && LABELS.matcher(ascii).matches()
                    && !NUMBER.matcher(ascii).matches();
            return valid ? Optional.of(ascii) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
