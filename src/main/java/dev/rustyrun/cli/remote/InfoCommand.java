package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;

/** {@code info}: prints a server's features, limits and root file systems. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Print a server's features, limits and root file systems as JSON.")
final class InfoCommand implements RemoteCommand {

    @Override
    public int perform(EngineContext context, Server server) {
        ObjectNode info = (ObjectNode) server.get("/v1/info");
        info.set("rootfs", server.get("/v1/rootfs").path("items"));
        context.print(info.toPrettyString() + "\n");
        return 0;
    }
}
