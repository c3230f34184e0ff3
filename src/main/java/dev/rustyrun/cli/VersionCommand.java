package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import picocli.CommandLine.Command;

/** {@code rustyrun version}: prints the version. */
@Command(
        name = "version",
        exitCodeOnInvalidInput = 125,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Print the version.")
final class VersionCommand implements ContainerCommand {

    @Override
    public int perform(CommandContext context) {
        print();
        return 0;
    }

    static void print() {
        System.out.println(String.join("\n", new Version().getVersion()));
    }
}
