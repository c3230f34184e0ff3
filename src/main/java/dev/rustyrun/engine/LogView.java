package dev.rustyrun.engine;

import dev.rustyrun.spec.InvalidSpecException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Which part of a log is read.
 *
 * @param follow whether what is written later is read too, until the container's end
 * @param tail how many of the last lines, if not all
 * @param sinceMicros from when on, in microseconds since 1970
 */
public record LogView(boolean follow, OptionalLong tail, long sinceMicros) {

    /** All that was written and will be. */
    public static final LogView FOLLOWED = new LogView(true, OptionalLong.empty(), 0);

    /**
     * The time that {@code text} names, in microseconds since 1970.
     *
     * @param name what the text was given for
     * @throws InvalidSpecException when it names none
     */
    public static long micros(String name, String text) {
        try {
            Instant instant =
                    text.matches("[0-9]{1,11}") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.parse(text);
            return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
        } catch (DateTimeException e) {
            throw new InvalidSpecException(
                    name + " must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970");
        }
    }
}
