package dev.rustyrun.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;

/** {@code info}: prints what a server has and allows. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints what a server has and allows, and the names of its root file systems, as JSON.")
final class InfoCommand implements Client.Command {

    @Override
    public int perform(Client client) {
        ObjectNode info = (ObjectNode) client.server().get("/v1/info");
        info.set("rootfs", client.server().get("/v1/rootfs").path("items"));
        client.print(info.toPrettyString() + "\n");
        return 0;
    }
}
