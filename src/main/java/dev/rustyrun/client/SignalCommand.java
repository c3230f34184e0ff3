package dev.rustyrun.client;

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
final class SignalCommand implements Client.Command {

    @Mixin
    private KillArguments arguments;

    @Override
    public int perform(Client client) {
        client.server().post(Client.path(arguments.id()) + "/kill?signal=" + arguments.signal());
        return 0;
    }
}
