package dev.rustyrun.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command, without those that every command has. */
public final class OptionNames {

    private OptionNames() {}

    /** Those of {@code command}. */
    public static List<OptionSpec> own(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList();
    }
}
