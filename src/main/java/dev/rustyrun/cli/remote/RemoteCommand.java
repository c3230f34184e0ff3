package dev.rustyrun.cli.remote;

import dev.rustyrun.client.Server;
import dev.rustyrun.engine.EngineContext;

/** A command that only a launch service supports, or that has different options there. */
interface RemoteCommand {

    /**
     * Runs the command; returns the exit status.
     *
     * @throws dev.rustyrun.client.ClientException when the request cannot be fulfilled
     */
    int perform(EngineContext context, Server server);
}
