package dev.rustyrun.cli.common;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.SignalNames;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of {@code kill}, local and remote. */
public final class KillArguments {

    private static final String DEFAULT = "SIGTERM";
    private static final String OPTION = "--signal";

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(
            index = "1",
            paramLabel = "SIGNAL",
            arity = "0..1",
            description = "The signal's name or number (default: " + DEFAULT + ").")
    private String word;

    @Option(
            names = {"-s", OPTION},
            paramLabel = "SIGNAL",
            description = "Send this signal; short forms: -9, -KILL.")
    private String option;

    /** The container's id. */
    public String id() {
        return id;
    }

    /**
     * The signal's number.
     *
     * @throws InvalidSpecException when the signal is unknown
     */
    public int signal() {
        if (word != null && option != null) {
            throw new InvalidSpecException("the signal is given twice: \"" + option + "\" and \"" + word + "\"");
        }
        String name =
                Optional.ofNullable(word).or(() -> Optional.ofNullable(option)).orElse(DEFAULT);
        return SignalNames.number(name)
                .orElseThrow(() -> new InvalidSpecException(
                        "unknown signal \"" + name + "\": use a name or a number, such as KILL or 9"));
    }

    /** Lets {@code kill} also accept {@code -9} and {@code -KILL}, as kill(1) does. */
    public static void allowShort(CommandLine kill) {
        kill.getCommandSpec().preprocessor(new ShortSignals());
    }

    /** A class instead of a lambda for the reason given in {@link StrictCommandLine}. */
    private static final class ShortSignals implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> information) {
            args.replaceAll(ShortSignals::asOption);
            return false;
        }

        private static String asOption(String word) {
            boolean isSignal = word.length() > 1
                    && word.startsWith("-")
                    && SignalNames.number(word.substring(1)).isPresent();
            return isSignal ? OPTION + "=" + word.substring(1) : word;
        }
    }
}
