package dev.rustyrun.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command, without those that all commands have. */
public final class OptionNames {

    private OptionNames() {}

    /** The options that only {@code command} has. */
    public static List<OptionSpec> own(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList();
    }
}
