package dev.rustyrun.cli;

import dev.rustyrun.container.Leftovers;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun gc}: removes what killed containers have left behind. */
@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 125,
        description =
                "Removes what is left of containers all of whose processes were killed at once: state and cgroups.",
        footer = {"", "A container that ends in any other way leaves nothing. Running ones are left alone."})
final class GcCommand implements Runnable {

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public void run() {
        SelfExec.current();
        new Leftovers(Linux.host()).remove().forEach(System.out::println);
    }
}
