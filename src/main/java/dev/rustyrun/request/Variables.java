package dev.rustyrun.request;

import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Environment variables as people write them: {@code NAME=VALUE}, or {@code NAME} for the caller's own value, which is left out
 * if the caller has none.
 */
public final class Variables {

    private final Function<String, Optional<String>> callers;
    private final Map<String, String> values = new LinkedHashMap<>();

    /** @param callers the value that the caller's variable of a name has */
    Variables(Function<String, Optional<String>> callers) {
        this.callers = callers;
    }

    /** None yet; the caller's are this process's. */
    public static Variables ofThisProcess() {
        return new Variables(name -> Optional.ofNullable(System.getenv(name)));
    }

    /**
     * Adds each of {@code words}. A later value of a name takes the place of an earlier one.
     *
     * @throws InvalidSpecException for a word without a name
     */
    public Variables add(List<String> words) {
        words.forEach(word -> add("environment variable", word));
        return this;
    }

    /**
     * Adds those in a file, one on a line. Blank lines, and those that begin with {@code #}, are left out.
     *
     * @throws InvalidSpecException when it cannot be read, or for a line without a name
     */
    public Variables addFile(String file) {
        String text = GivenFile.read("--env-file", file);
        for (String line : text.lines().toList()) {
            String word = line.stripLeading();
            if (!word.isEmpty() && !word.startsWith("#")) {
                add("--env-file " + file + ":", word);
            }
        }
        return this;
    }

    private void add(String place, String word) {
        int equals = word.indexOf('=');
        if (equals == 0 || word.isBlank()) {
            throw new InvalidSpecException(place + " \"" + word + "\" is neither NAME=VALUE nor NAME");
        }
        if (equals > 0) {
            values.put(word.substring(0, equals), word.substring(equals + 1));
        } else {
            callers.apply(word).ifPresent(value -> values.put(word, checked(place, word, value)));
        }
    }

    private static String checked(String place, String name, String value) {
        if (!GivenFile.isVariable(name, value)) {
            throw new InvalidSpecException(place + " " + name + ": the value that it has here is not UTF-8");
        }
        return value;
    }

    /** Their values by their names, in the order in which they were given. */
    public Map<String, String> values() {
        return values;
    }

    /** The same as {@code NAME=VALUE}. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        values.forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }
}
