package dev.rustyrun.client;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stats}: prints what a container of a server has used. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints what a running container has used, as JSON.")
final class StatsCommand implements Client.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(Client client) {
        client.print(client.server().get(Client.path(id) + "/stats") + "\n");
        return 0;
    }
}
