package dev.rustyrun.client;

import dev.rustyrun.linux.SignalNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kill}: sends a signal to a container of a server. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Sends a signal to a container's PID 1.",
        footer = {"", "Example:", "  rustyrun --host http://127.0.0.1:8080 kill 3f0c4b1f9a7e KILL"})
final class SignalCommand implements Client.Command {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(
            index = "1",
            paramLabel = "SIGNAL",
            arity = "0..1",
            defaultValue = "SIGTERM",
            description = "The signal's name or number (default: ${DEFAULT-VALUE}).")
    private String signal;

    @Override
    public int perform(Client client) {
        int number = SignalNames.number(signal)
                .orElseThrow(() -> new ClientException(
                        "signal \"" + signal + "\" is none: give a name or a number, such as KILL or 9"));
        client.server().post(Client.path(id) + "/kill?signal=" + number);
        return 0;
    }
}
