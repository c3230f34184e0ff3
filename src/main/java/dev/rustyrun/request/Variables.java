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
 * Environment variables as given on a command line: {@code NAME=VALUE}, or {@code NAME} for the caller's own value. If
 * the caller does not have it either, the variable is omitted.
 */
public final class Variables {

    private final Function<String, Optional<String>> callers;
    private final Map<String, String> values = new LinkedHashMap<>();

    /** @param callers looks up the caller's value of a variable */
    Variables(Function<String, Optional<String>> callers) {
        this.callers = callers;
    }

    /** An empty list; the caller's values are those of this process. */
    public static Variables ofThisProcess() {
        return new Variables(name -> Optional.ofNullable(System.getenv(name)));
    }

    /**
     * Adds {@code variables}. A later value of a name replaces an earlier one.
     *
     * @throws InvalidSpecException when a variable has no name
     */
    public Variables add(List<Variable> variables) {
        variables.forEach(variable -> add("environment variable", variable));
        return this;
    }

    /**
     * Adds the variables of a file, one per line. Blank lines and lines that begin with {@code #} are ignored.
     *
     * @throws InvalidSpecException when the file cannot be read, or a line has no name
     */
    public Variables addFile(String file) {
        String text = GivenFile.read("--env-file", file);
        for (String line : text.lines().toList()) {
            String word = line.stripLeading();
            if (!word.isEmpty() && !word.startsWith("#")) {
                add("--env-file " + file + ":", Variable.of(word));
            }
        }
        return this;
    }

    private void add(String place, Variable variable) {
        String name = variable.name();
        if (name.isEmpty() || variable.word().isBlank()) {
            throw new InvalidSpecException(place + " \"" + variable.word() + "\" is neither NAME=VALUE nor NAME");
        }
        variable.value()
                .or(() -> callers.apply(name).map(value -> checked(place, name, value)))
                .ifPresent(value -> values.put(name, value));
    }

    private static String checked(String place, String name, String value) {
        if (!GivenFile.isVariable(name, value)) {
            throw new InvalidSpecException(place + " " + name + ": the caller's value is not UTF-8");
        }
        return value;
    }

    /** All variables that have a value, in the order in which they were given. */
    public List<Variable> list() {
        List<Variable> list = new ArrayList<>();
        values.forEach((name, value) -> list.add(new Variable(name, Optional.of(value))));
        return list;
    }

    /** Adds TERM with the terminal's type, unless {@code variables} contains it. */
    static List<Variable> withType(List<Variable> variables, String type) {
        List<Variable> all = new ArrayList<>(variables);
        if (variables.stream().noneMatch(variable -> variable.name().equals("TERM"))) {
            all.add(new Variable("TERM", Optional.of(type)));
        }
        return all;
    }
}
