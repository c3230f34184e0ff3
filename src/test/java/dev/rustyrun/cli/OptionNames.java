package dev.rustyrun.cli;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;

/** The options of a command by their longest names, without those that every command has. */
public final class OptionNames {

    private OptionNames() {}

    /** Those of {@code command}. */
    public static Set<String> of(CommandLine command) {
        Set<String> names = new TreeSet<>();
        command.getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .forEach(option -> names.add(option.longestName()));
        return names;
    }
}
