package dev.rustyrun.engine;

import dev.rustyrun.spec.InvalidSpecException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part of a log is read.
 *
 * @param follow whether what is written later is read too, until the container's end
 * @param tail how many of the last lines, if not all
 * @param sinceMicros from when on, in microseconds since 1970
 */
public record LogView(boolean follow, OptionalLong tail, long sinceMicros) {

    private static final Pattern AGO = Pattern.compile("([0-9]+)([dhms])");
    private static final Map<String, Integer> SECONDS = Map.of("d", 86_400, "h", 3600, "m", 60, "s", 1);

    /** All that was written and will be. */
    public static final LogView FOLLOWED = new LogView(true, OptionalLong.empty(), 0);

    /**
     * The number of lines that {@code text} names; nothing for {@code all}.
     *
     * @param name what the text was given for
     * @throws InvalidSpecException when it names none
     */
    public static OptionalLong lines(String name, String text) {
        if (!text.matches("all|[0-9]{1,18}")) {
            throw new InvalidSpecException(name + " \"" + Table.cell(text) + "\" is neither a number of lines nor all");
        }
        return text.equals("all") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    }

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

    /**
     * The same, where {@code text} may also be the time since then, such as {@code 10m} or {@code 1h30m}.
     *
     * @param now when that time ends
     * @throws InvalidSpecException when it names none
     */
    public static long micros(String name, String text, Instant now) {
        if (!text.matches("([0-9]{1,9}[dhms])+")) {
            return micros(name, text);
        }
        long seconds = 0;
        for (Matcher part = AGO.matcher(text); part.find(); ) {
            seconds += Long.parseLong(part.group(1)) * SECONDS.get(part.group(2));
        }
        return Math.max(0, now.getEpochSecond() - seconds) * 1_000_000 + now.getNano() / 1000;
    }
}
