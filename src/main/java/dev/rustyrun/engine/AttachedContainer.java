package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.Optional;

/**
 * A container whose input and output are here.
 *
 * @param owned whether it was made for this process, which starts it by attaching, and which it is not to outlive
 */
public record AttachedContainer(Engine engine, String id, boolean owned) implements Peer {

    @Override
    public Conversation open() {
        return engine.attach(id, owned);
    }

    @Override
    public boolean isDetachable() {
        return !owned;
    }

    @Override
    public String goesOn() {
        return "container " + id + " goes on: rustyrun attach " + id;
    }

    @Override
    public boolean endsWithInput() {
        return owned;
    }

    @Override
    public boolean isLeftBy(Signal signal) {
        return !owned && (signal == Signal.SIGHUP || signal == Signal.SIGTERM);
    }

    @Override
    public void pass(Signal signal, Conversation conversation) {
        try {
            engine.kill(id, Integer.toString(signal.number()), false);
        } catch (InvalidSpecException e) {
            // It has just ended, or the connection has: both are told by the thread that receives.
        }
    }

    @Override
    public void outputIsClosed() {
        if (owned) {
            engine.delete(id, true);
        }
    }

    @Override
    public RuntimeException lost(IOException e) {
        return engine.lost(id, e);
    }

    @Override
    public JsonNode end(Optional<JsonNode> last) {
        return engine.container(id).path("result");
    }
}
