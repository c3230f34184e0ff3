package dev.rustyrun.cli.remote;

import dev.rustyrun.cli.common.KillArguments;
import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kill}: sends a signal to a container of a server. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Sends a signal to a container's PID 1.",
        footer = {"", "Example:", "  rustyrun --host http://127.0.0.1:8080 kill 3f0c4b1f9a7e KILL"})
final class SignalCommand implements EngineContext.Command {

    @Mixin
    private KillArguments arguments;

    @Override
    public int perform(EngineContext context) {
        context.engine().kill(arguments.id(), Integer.toString(arguments.signal()));
        return 0;
    }
}
