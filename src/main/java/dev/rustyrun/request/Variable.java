package dev.rustyrun.request;

import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/**
 * An environment variable or a label: {@code NAME=VALUE}, or {@code NAME} alone. The name is not checked here but where
 * it is used.
 */
public record Variable(String name, Optional<String> value) {

    /** Parses {@code NAME[=VALUE]}. */
    static Variable of(String word) {
        int equals = word.indexOf('=');
        return equals < 0
                ? new Variable(word, Optional.empty())
                : new Variable(word.substring(0, equals), Optional.of(word.substring(equals + 1)));
    }

    /** {@code NAME[=VALUE]}, as it was given. */
    public String word() {
        return value.map(text -> name + "=" + text).orElse(name);
    }

    /** Converter for picocli. */
    static final class Converter implements ITypeConverter<Variable> {
        @Override
        public Variable convert(String word) {
            return Variable.of(word);
        }
    }
}
