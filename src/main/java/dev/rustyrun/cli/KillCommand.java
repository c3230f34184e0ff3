package dev.rustyrun.cli;

import dev.rustyrun.container.Kill;
import dev.rustyrun.linux.SignalNames;
import dev.rustyrun.spec.InvalidSpecException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun kill}: sends a signal to a container. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Sends a signal to a container's PID 1.",
        footer = {
            "",
            "Examples:",
            "  rustyrun kill web",
            "  rustyrun kill --all web KILL",
            "  rustyrun kill web SIGRTMIN+3"
        })
final class KillCommand implements ContainerCommand {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(
            index = "1",
            paramLabel = "SIGNAL",
            arity = "0..1",
            defaultValue = "SIGTERM",
            description = "The signal's name or number (default: ${DEFAULT-VALUE}).")
    private String signal;

    @Option(
            names = {"-a", "--all"},
            description = "Send it to every process in the container's cgroup.")
    private boolean all;

    @Override
    public int perform(CommandContext context) {
        int number = SignalNames.number(signal)
                .orElseThrow(() -> new InvalidSpecException(
                        "signal \"" + signal + "\" is none: give a name or a number, such as KILL or 9"));
        new Kill(context.linux(), context.store()).kill(id, number, all);
        return 0;
    }
}
