package dev.rustyrun.cli.common;

import java.math.BigDecimal;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A command line that takes each word as it is. The words of a command line belong to a container, and may come from somebody
 * whom the caller does not trust: no word is read as the name of a file, is cut, or is guessed at. docs/security.md lists what
 * is decided here.
 */
public final class StrictCommandLine {

    private StrictCommandLine() {}

    /** No lambda: with one of picocli's old interface, a JVM 17 cannot make a class archive. */
    private static final class NumberConverter implements ITypeConverter<BigDecimal> {
        @Override
        public BigDecimal convert(String text) {
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a number such as 1.5");
            }
        }
    }

    /** The model of {@code command} and its subcommands. */
    public static CommandLine of(Object command) {
        return new CommandLine(command)
                .registerConverter(BigDecimal.class, new NumberConverter())
                // "@FILE" is a word, not the words in FILE.
                .setExpandAtFiles(false)
                .setUseSimplifiedAtFiles(false)
                .setTrimQuotes(false)
                .setAbbreviatedOptionsAllowed(false)
                .setAbbreviatedSubcommandsAllowed(false)
                .setOptionsCaseInsensitive(false)
                .setSubcommandsCaseInsensitive(false)
                .setUnmatchedArgumentsAllowed(false)
                .setUnmatchedOptionsAllowedAsOptionParameters(true)
                .setUnmatchedOptionsArePositionalParams(false)
                .setStopAtUnmatched(false)
                .setToggleBooleanFlags(false)
                .setOverwrittenOptionsAllowed(false);
    }
}
