package dev.rustyrun.cli.common;

import dev.rustyrun.request.CommandParser;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Checks the values of flags, as in {@code --read-only=false}. picocli takes {@code --read-only=}, perhaps with the
 * value of an unset variable, for false, and so {@code null} and {@code Optional.empty}.
 */
final class FlagValues {

    private static final List<String> VALUES = List.of("true", "false");

    private FlagValues() {}

    /**
     * Checks the options before the first other argument of a command, such as the container's command.
     *
     * @throws ParameterException for the first flag whose value is neither true nor false
     */
    static void check(CommandSpec root, String[] words) {
        CommandSpec command = root;
        for (int i = 0; i < words.length; i++) {
            CommandLine called = command.subcommands().get(words[i]);
            if (called != null) {
                command = called.getCommandSpec();
                continue;
            }
            int equals = words[i].indexOf('=');
            String name = equals < 0 ? words[i] : words[i].substring(0, equals);
            OptionSpec option = option(command, name);
            if (!name.startsWith("-") || name.equals("--") || takesAllWords(option)) {
                return;
            }
            if (option == null) {
                // picocli reports it, or it is several short options in one word.
                continue;
            }
            if (equals < 0) {
                i += option.arity().min();
            } else if (option.arity().max() == 0) {
                check(command, option, words[i].substring(equals + 1));
            }
        }
    }

    private static OptionSpec option(CommandSpec command, String name) {
        OptionSpec option = command.optionsMap().get(name);
        return option == null ? command.negatedOptionsMap().get(name) : option;
    }

    private static boolean takesAllWords(OptionSpec option) {
        return option != null && option.preprocessor() instanceof CommandParser;
    }

    private static void check(CommandSpec command, OptionSpec flag, String value) {
        if (VALUES.stream().noneMatch(value::equalsIgnoreCase)) {
            throw new ParameterException(command.commandLine(), "no value of a flag", flag, value);
        }
    }
}
