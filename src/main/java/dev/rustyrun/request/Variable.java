package dev.rustyrun.request;

import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/**
 * {@code NAME=VALUE}, or {@code NAME} alone, of an environment variable or a label. A command line's words are taken as they
 * are; whether the name is one is checked where they are used.
 */
public record Variable(String name, Optional<String> value) {

    /** What {@code word} says. */
    static Variable of(String word) {
        int equals = word.indexOf('=');
        return equals < 0
                ? new Variable(word, Optional.empty())
                : new Variable(word.substring(0, equals), Optional.of(word.substring(equals + 1)));
    }

    /** As it was written. */
    public String word() {
        return value.map(text -> name + "=" + text).orElse(name);
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<Variable> {
        @Override
        public Variable convert(String word) {
            return Variable.of(word);
        }
    }
}
