package dev.rustyrun.client;

import picocli.CommandLine;

/**
 * A command line that takes each word as it is. The words of a command line belong to a container, and may come from somebody
 * whom the caller does not trust: no word is read as the name of a file, is cut, or is guessed at. docs/security.md lists what
 * is decided here.
 */
public final class StrictCommandLine {

    private StrictCommandLine() {}

    /** The model of {@code command} and its subcommands. */
    public static CommandLine of(Object command) {
        return new CommandLine(command)
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
