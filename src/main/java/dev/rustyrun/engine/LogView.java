package dev.rustyrun.engine;

import dev.rustyrun.spec.InvalidSpecException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Selects a part of a log.
 *
 * @param follow whether to continue with new output until the container's end
 * @param tail number of last lines; empty for all
 * @param sinceMicros start time in microseconds since 1970
 */
public record LogView(boolean follow, OptionalLong tail, long sinceMicros) {

    private static final Pattern AGO = Pattern.compile("([0-9]+)([dhms])");
    private static final Map<String, Integer> SECONDS = Map.of("d", 86_400, "h", 3600, "m", 60, "s", 1);

    /** The whole log, followed until the end. */
    public static final LogView FOLLOWED = new LogView(true, OptionalLong.empty(), 0);

    /**
     * Parses a number of lines; empty for {@code all}.
     *
     * @param name name of the option or parameter, for the error message
     * @throws InvalidSpecException when the text is invalid
     */
    public static OptionalLong lines(String name, String text) {
        if (!text.matches("all|[0-9]{1,18}")) {
            throw new InvalidSpecException(name + " \"" + Table.cell(text) + "\" is neither a number of lines nor all");
        }
        return text.equals("all") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    }

    /**
     * Parses a time; returns microseconds since 1970.
     *
     * @param name name of the option or parameter, for the error message
     * @throws InvalidSpecException when the text is invalid
     */
    public static long micros(String name, String text) {
        return micros(name, text, "");
    }

    private static long micros(String name, String text, String otherForm) {
        try {
            Instant instant =
                    text.matches("[0-9]{1,11}") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.parse(text);
            return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
        } catch (DateTimeException e) {
            throw new InvalidSpecException(
                    name + " must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970" + otherForm);
        }
    }

    /**
     * Parses a time, or a duration before {@code now} such as {@code 10m} or {@code 1h30m}; returns microseconds since
     * 1970.
     *
     * @param now the end of the duration
     * @throws InvalidSpecException when the text is invalid
     */
    public static long micros(String name, String text, Instant now) {
        if (!text.matches("([0-9]{1,9}[dhms])+")) {
            return micros(name, text, ", or a duration before now such as 10m");
        }
        long seconds = 0;
        for (Matcher part = AGO.matcher(text); part.find(); ) {
            seconds += Long.parseLong(part.group(1)) * SECONDS.get(part.group(2));
        }
        return Math.max(0, now.getEpochSecond() - seconds) * 1_000_000 + now.getNano() / 1000;
    }
}
