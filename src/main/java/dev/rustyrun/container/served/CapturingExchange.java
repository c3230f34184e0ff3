package dev.rustyrun.container.served;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.ServedStages;

/**
 * The client gets the whole output when the command has ended. The command is killed when the client disconnects.
 *
 * @param input input for the command
 * @param output keeps the output
 */
public record CapturingExchange(Client client, byte[] input, CapturedOutput output) implements Exchange {

    @Override
    public void connect(Linux linux, ServedStages stages) {
        CapturedIo io = new CapturedIo(linux, stages.pipes(), input, output);
        // Connected first, so that the pipes are closed even if there are no descriptors to watch the client.
        stages.connectTo(io).connectTo(new WatchedIo(linux, client, io));
    }
}
