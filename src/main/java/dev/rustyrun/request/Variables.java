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
     * Adds each of {@code variables}. A later value of a name takes the place of an earlier one.
     *
     * @throws InvalidSpecException for one without a name
     */
    public Variables add(List<Variable> variables) {
        variables.forEach(variable -> add("environment variable", variable));
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
            throw new InvalidSpecException(place + " " + name + ": the value that it has here is not UTF-8");
        }
        return value;
    }

    /** All of them, each with a value, in the order in which they were given. */
    public List<Variable> list() {
        List<Variable> list = new ArrayList<>();
        values.forEach((name, value) -> list.add(new Variable(name, Optional.of(value))));
        return list;
    }

    /** {@code variables} with the type of a terminal, unless they say one. */
    static List<Variable> withType(List<Variable> variables, String type) {
        List<Variable> all = new ArrayList<>(variables);
        if (variables.stream().noneMatch(variable -> variable.name().equals("TERM"))) {
            all.add(new Variable("TERM", Optional.of(type)));
        }
        return all;
    }
}
