package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.linux.Signal;
import java.util.Optional;

/**
 * A container whose input and output are here.
 *
 * @param owned whether it was made for this process, which starts it by attaching, and which it is not to outlive
 */
record AttachedContainer(Client client, String id, boolean owned) implements Peer {

    @Override
    public WebSocket open() {
        return client.server().webSocket(Client.path(id) + "/attach" + (owned ? "?start=true" : ""));
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
    public void pass(Signal signal, WebSocket socket) {
        try {
            client.server().post(Client.path(id) + "/kill?signal=" + signal.number());
        } catch (ClientException e) {
            // It has just ended, or the connection has: both are told by the thread that receives.
        }
    }

    @Override
    public void outputIsClosed() {
        if (owned) {
            client.server().delete(Client.path(id) + "?force=true");
        }
    }

    @Override
    public String fate() {
        return "container " + id + " goes on: rustyrun attach " + id;
    }

    @Override
    public JsonNode end(Optional<JsonNode> last) {
        return client.server().get(Client.path(id)).path("result");
    }
}
