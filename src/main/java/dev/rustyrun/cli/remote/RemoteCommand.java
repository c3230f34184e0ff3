package dev.rustyrun.cli.remote;

import dev.rustyrun.client.Server;
import dev.rustyrun.engine.EngineContext;

/** A command that only a launch service can perform, or in words of its own. */
interface RemoteCommand {

    /**
     * Performs it; what to exit with.
     *
     * @throws dev.rustyrun.client.ClientException when something asked for cannot be
     */
    int perform(EngineContext context, Server server);
}
