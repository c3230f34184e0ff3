package dev.rustyrun.cli.common;

import java.math.BigDecimal;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A command line that takes each word literally. The words may come from a source that the caller does not trust:
 * picocli must not read files for them, shorten them or guess. docs/security.md lists these settings.
 */
public final class StrictCommandLine {

    private StrictCommandLine() {}

    /**
     * A class instead of a lambda: JDK 17 cannot create a class data archive that has a lambda of an interface compiled
     * for an old class version, as that of picocli is.
     */
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
                // "@FILE" is a normal word; the default would replace it by the file's content.
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
