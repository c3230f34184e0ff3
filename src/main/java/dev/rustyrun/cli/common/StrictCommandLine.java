package dev.rustyrun.cli.common;

import java.math.BigDecimal;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
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

    private static final class Strict extends CommandLine {

        Strict(Object command) {
            super(command);
        }

        @Override
        public ParseResult parseArgs(String... words) {
            ParseResult parsed = super.parseArgs(words);
            FlagValues.check(getCommandSpec(), words);
            return parsed;
        }
    }

    /** The model of {@code command} and its subcommands. */
    public static CommandLine of(Object command) {
        return new Strict(command)
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

    /**
     * Prints the help or version that {@code parsed} asks for, and returns the exit status; empty if it asks for neither.
     * picocli's own method first makes a writer and gives it to all commands.
     */
    public static Optional<Integer> helped(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            if (command.isUsageHelpRequested()
                    || command.isVersionHelpRequested()
                    || command.getCommandSpec().helpCommand()) {
                return Optional.ofNullable(CommandLine.executeHelpRequest(parsed));
            }
        }
        return Optional.empty();
    }

    /**
     * Gives each option of the finished {@code model} its default value when the native executable is built, so that no
     * process needs to do so: {@code PicocliInImage} skips it. On a JVM, picocli does it when it parses.
     */
    public static void applyDefaults(CommandLine model) {
        if ("buildtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))) {
            parseNothing(model);
        }
    }

    private static void parseNothing(CommandLine command) {
        try {
            command.parseArgs();
        } catch (ParameterException e) {
            // A required argument is missing, which picocli checks after it has applied the defaults.
        }
        command.getSubcommands().values().forEach(StrictCommandLine::parseNothing);
    }
}
