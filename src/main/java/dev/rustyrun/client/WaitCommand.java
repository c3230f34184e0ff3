package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wait}: waits for the end of a container of a server. */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Waits for a container's end, and exits as it did.")
final class WaitCommand implements Client.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(Client client) {
        while (true) {
            JsonNode container = client.server().post(Client.path(id) + "/wait?timeoutSeconds=60");
            switch (container.path("status").asText()) {
                case "running", "paused" -> {}
                case "created" -> throw new ClientException("container " + id + " was never started");
                case "lost" -> throw new ClientException("container " + id + " was lost: what watched it was killed");
                default -> {
                    return client.end(container.path("result"));
                }
            }
        }
    }
}
