package dev.rustyrun.request;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Suggests an existing name for one that does not exist. */
public final class Suggestion {

    private static final int MAX_DISTANCE = 2;
    private static final int MAX_LENGTH = 40;

    /** Names that other programs use, in lower case and without separators. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("cmd", "command"),
            Map.entry("args", "command"),
            Map.entry("environment", "env"),
            Map.entry("envs", "env"),
            Map.entry("cwd", "workdir"),
            Map.entry("workingdir", "workdir"),
            Map.entry("volumes", "mounts"),
            Map.entry("binds", "mounts"),
            Map.entry("net", "network"),
            Map.entry("networkmode", "network"),
            Map.entry("capdrop", "dropCapabilities"),
            Map.entry("timeout", "timeoutSeconds"),
            Map.entry("timeoutmillis", "timeoutSeconds"),
            Map.entry("mem", "memory"),
            Map.entry("memorylimit", "memory"),
            Map.entry("pidslimit", "pids"),
            Map.entry("input", "stdin"),
            Map.entry("name", "source"),
            Map.entry("destination", "target"),
            Map.entry("filter", "label"),
            Map.entry("lines", "tail"));

    private Suggestion() {}

    /** {@code ; did you mean "NAME"?}, or an empty string. */
    public static String of(String name, Collection<String> known) {
        if (name.length() > MAX_LENGTH) {
            return "";
        }
        String plain = plain(name);
        return Optional.ofNullable(ELSEWHERE.get(plain))
                .filter(known::contains)
                .or(() -> known.stream()
                        .sorted()
                        .min(Comparator.comparingInt(other -> Misspelling.distance(plain, plain(other))))
                        .filter(other -> Misspelling.distance(plain, plain(other))
                                <= Math.min(MAX_DISTANCE, plain.length() / 2)))
                .map(meant -> "; did you mean \"" + meant + "\"?")
                .orElse("");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }
}
