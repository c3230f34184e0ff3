package dev.rustyrun.cli;

import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.container.Kill;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "  rustyrun kill -9 web",
            "  rustyrun kill --all web KILL",
            "  rustyrun kill web SIGRTMIN+3"
        })
final class KillCommand implements ContainerCommand {

    @Mixin
    private KillArguments arguments;

    @Option(
            names = {"-a", "--all"},
            description = "Send it to every process in the container's cgroup.")
    private boolean all;

    @Override
    public int perform(CommandContext context) {
        if (all) {
            new Kill(context.linux(), context.store()).kill(arguments.id(), arguments.signal(), true);
        } else {
            context.engine().kill(arguments.id(), Integer.toString(arguments.signal()));
        }
        return 0;
    }
}
