package dev.rustyrun.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code rustyrun} itself, which only has subcommands. */
@Command(name = "rustyrun", description = "Runs commands in containers.", mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {RunCommand.class, SpecCommand.class, FeaturesCommand.class, ServeCommand.class, DoctorCommand.class,
            GcCommand.class, HelpCommand.class},
        footer = {"", "Start with:", "  rustyrun run --rootfs DIR --command /bin/sh"})
final class RustyrunCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
