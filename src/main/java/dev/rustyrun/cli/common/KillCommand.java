package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kill}: sends a signal to a container. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Send a signal to a container's PID 1.",
        footer = {
            "",
            "Examples:",
            "  rustyrun kill web",
            "  rustyrun kill -9 web",
            "  rustyrun kill --all web KILL",
            "  rustyrun kill web SIGRTMIN+3"
        })
public final class KillCommand implements EngineContext.Command {

    @Mixin
    private KillArguments arguments;

    @Option(
            names = {"-a", "--all"},
            description = "Send the signal to every process in the container's cgroup.")
    private boolean all;

    @Override
    public int perform(EngineContext context) {
        context.engine().kill(arguments.id(), Integer.toString(arguments.signal()), all);
        return 0;
    }
}
