package dev.rustyrun.cli.common;

import dev.rustyrun.request.Misspelling;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Suggests a known command or option for an unknown word on the command line. */
final class CommandSuggestion {

    private static final int MAX_SUGGESTIONS = 3;
    private static final int LETTERS_PER_MISTAKE = 3;

    private CommandSuggestion() {}

    /** The suggestion after a semicolon, perhaps for an option of another program; empty if there is none. */
    static String of(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        String word = unmatched.getUnmatched().get(0);
        CommandLine command = unmatched.getCommandLine();
        String prefix = command.getParent() == null ? "" : command.getCommandName() + " ";
        boolean isCommand = !command.getSubcommands().isEmpty() && !word.startsWith("-");
        Optional<String> known = isCommand
                ? OtherEngines.insteadOfCommand(prefix + word)
                : OtherEngines.insteadOfOption(command.getCommandName(), word);
        return known.or(() -> otherPlace(command, word))
                .map(words -> "; " + words)
                .orElseGet(() -> similar(e));
    }

    /** The right place on the command line for a known option that was given in another place. */
    private static Optional<String> otherPlace(CommandLine command, String word) {
        if (!word.startsWith("-")) {
            return Optional.empty();
        }
        String name = word.replaceFirst("=.*", "");
        CommandLine root = command;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        if (root != command) {
            boolean global = root.getCommandSpec().findOption(name) != null
                    || name.equals(ClientOptions.HOST)
                    || ClientOptions.WITH_VALUE.contains(name);
            return global ? Optional.of("it must be before the command: rustyrun " + name + " …") : Optional.empty();
        }
        CommandLine run = root.getSubcommands().get("run");
        // Several short options can be one word, such as -it.
        String option = name.startsWith("--") || name.length() < 2 ? name : name.substring(0, 2);
        return run != null && run.getCommandSpec().findOption(option) != null
                ? Optional.of("it is an option of run: rustyrun run " + name + " …")
                : Optional.empty();
    }

    /** The commands or options with a similar name, after a semicolon; empty if there are none. */
    static String similar(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        String word = unmatched.getUnmatched().get(0);
        boolean isCommand = !unmatched.getCommandLine().getSubcommands().isEmpty() && !word.startsWith("-");
        List<String> similar = (isCommand ? commands(unmatched, word) : unmatched.getSuggestions())
                .stream()
                        .map(one -> one.replaceFirst("[ =\\[].*", ""))
                        .distinct()
                        .limit(MAX_SUGGESTIONS)
                        .toList();
        return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    }

    /** The commands with a similar name, the most similar first. */
    private static List<String> commands(UnmatchedArgumentException unmatched, String word) {
        return unmatched.getCommandLine().getSubcommands().keySet().stream()
                .filter(name -> Misspelling.distance(name, word) <= Math.max(1, word.length() / LETTERS_PER_MISTAKE))
                .sorted(Comparator.<String>comparingInt(name -> Misspelling.distance(name, word))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }
}
