package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code attach}: talks to a container that runs already. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = {
            "Shows what a container has written and writes, sends it input and signals, and exits as it does.",
            "SIGHUP and SIGTERM end only this, not the container."
        })
final class AttachCommand implements Client.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(Client client) {
        client.takeSignals();
        JsonNode container = client.server().get(Client.path(id));
        return client.end(new Attachment(
                        client,
                        new AttachedContainer(client, id, false),
                        container.path("tty").asBoolean(),
                        true)
                .relay());
    }
}
