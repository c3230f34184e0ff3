package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.Optional;

/**
 * A container whose input and output this process is attached to.
 *
 * @param owned whether the container was created for this process: attaching starts it, and it ends with this process
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
    public String detachMessage() {
        return "container " + id + " keeps running: rustyrun attach " + id;
    }

    @Override
    public boolean endsWithInput() {
        return owned;
    }

    @Override
    public boolean isDetachedBy(String signal) {
        return !owned && (signal.equals("HUP") || signal.equals("TERM"));
    }

    @Override
    public void pass(String signal, Conversation conversation) {
        try {
            engine.kill(id, signal, false);
        } catch (InvalidSpecException e) {
            // The container has ended or the connection is lost; the receiving thread reports both.
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
