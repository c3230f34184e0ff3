package dev.rustyrun.cli.common;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The error message of a failed command, without the program name. It can contain unprintable characters. */
public final class ErrorLine {

    private static final String OWN_PACKAGE = "dev.rustyrun.";
    private static final Set<Class<?>> WHOLE = Set.of(int.class, Integer.class, long.class, Long.class);
    private static final Set<Class<?>> FLAG = Set.of(boolean.class, Boolean.class);

    /** Messages of picocli. */
    private static final Pattern UNKNOWN_COMMAND = Pattern.compile("Unknown subcommand '(.*)'\\.");

    private static final Pattern WRONG_VALUE =
            Pattern.compile("^Invalid value for option '([^']*)'(?: at index [0-9]+)?(?: \\(.*?\\))?: ");

    private ErrorLine() {}

    /** The exception that the command threw; picocli may have wrapped it. */
    public static Exception cause(RuntimeException thrown) {
        return thrown instanceof ExecutionException && thrown.getCause() instanceof Exception cause ? cause : thrown;
    }

    /** The message for {@code e}. For an invalid command line it ends with a reference to {@code --help}. */
    public static String of(Exception e) {
        if (e instanceof ParameterException wrong) {
            return usage(wrong) + CommandSuggestion.of(wrong) + seeHelp(wrong.getCommandLine(), "rustyrun");
        }
        if (!e.getClass().getName().startsWith(OWN_PACKAGE)) {
            return "internal error: run the command again with --debug, and report the stack trace";
        }
        return String.valueOf(e.getMessage());
    }

    /**
     * The message for an invalid command line of the client.
     *
     * @param local the commands without a server; there are more commands and options than with a server
     * @param program the start of the client's command line, such as {@code rustyrun --host URL}
     */
    public static String ofClient(ParameterException e, CommandLine local, String program) {
        CommandLine command = e.getCommandLine();
        // Not CommandSuggestion.of(e): it may suggest an option that a server does not support.
        String similar = CommandSuggestion.similar(e);
        List<String> unmatched = unmatched(e);
        String line = usage(e) + similar;
        if (!unmatched.isEmpty() && (similar.isEmpty() || isKnown(unmatched.get(0), command, local))) {
            if (isOption(unmatched)) {
                line = "a server does not support the option " + unmatched.get(0);
            } else if (command.getParent() == null) {
                line = "a server does not support the command " + quoted(unmatched.get(0));
            }
        }
        return line + seeHelp(command, program);
    }

    private static boolean isKnown(String word, CommandLine command, CommandLine local) {
        if (command.getParent() == null) {
            return local.getSubcommands().containsKey(word);
        }
        CommandLine same = local.getSubcommands().get(command.getCommandName());
        return same != null && same.getCommandSpec().findOption(word.replaceFirst("=.*", "")) != null;
    }

    private static String seeHelp(CommandLine command, String program) {
        return " (see " + command.getCommandSpec().qualifiedName().replaceFirst("^rustyrun", program) + " --help)";
    }

    private static String usage(ParameterException e) {
        List<String> unmatched = unmatched(e);
        if (isOption(unmatched)) {
            return "unknown option " + unmatched.get(0);
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            return missing.getMissing().stream().map(ErrorLine::missing).collect(Collectors.joining("; "));
        }
        if (e instanceof OverwrittenOptionException twice
                && twice.getOverwritten() instanceof OptionSpec option
                && option.negatable()) {
            CommandLine command = e.getCommandLine();
            String negative = command.getNegatableOptionTransformer()
                    .makeNegative(option.longestName(), command.getCommandSpec());
            return "give " + option.longestName() + " or " + negative + ", and only once";
        }
        if (unmatched.isEmpty()) {
            if (isValueOf(e, WHOLE)) {
                return longestName(e) + " takes a whole number, not " + quoted(e.getValue());
            }
            return isValueOf(e, FLAG)
                    ? longestName(e) + " takes true or false, not " + quoted(e.getValue())
                    : inOwnWords(e);
        }
        if (!e.getCommandLine().getSubcommands().isEmpty()) {
            return "unknown command " + quoted(unmatched.get(0));
        }
        return "unexpected argument" + (unmatched.size() == 1 ? "" : "s") + " "
                + unmatched.stream().map(ErrorLine::quoted).collect(Collectors.joining(" "));
    }

    /** The parser's message in the form of all other messages. */
    private static String inOwnWords(ParameterException e) {
        if (e instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec option) {
            return option.longestName() + " can be given only once";
        }
        String message = String.valueOf(e.getMessage());
        Matcher command = UNKNOWN_COMMAND.matcher(message);
        if (command.matches()) {
            return "unknown command " + quoted(command.group(1));
        }
        return WRONG_VALUE.matcher(message).replaceFirst("$1: ");
    }

    /** Whether the value of an option of one of these types is wrong. */
    private static boolean isValueOf(ParameterException e, Set<Class<?>> types) {
        return e.getArgSpec() instanceof OptionSpec option
                && e.getValue() != null
                && (types.contains(option.type())
                        || Stream.of(option.auxiliaryTypes()).anyMatch(types::contains));
    }

    private static String longestName(ParameterException e) {
        return ((OptionSpec) e.getArgSpec()).longestName();
    }

    private static boolean isOption(List<String> unmatched) {
        return !unmatched.isEmpty() && unmatched.get(0).startsWith("-");
    }

    /** The arguments that picocli could not assign, even if it reports a missing argument instead. */
    private static List<String> unmatched(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched()
                : e.getCommandLine().getUnmatchedArguments();
    }

    private static String quoted(String word) {
        return "\"" + word + "\"";
    }

    private static String missing(ArgSpec argument) {
        String label = argument.paramLabel();
        return argument instanceof OptionSpec option ? option.longestName() + " needs " + label : label + " is missing";
    }
}
