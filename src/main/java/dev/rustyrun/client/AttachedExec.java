package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.Conversation;
import dev.rustyrun.engine.Peer;
import java.io.IOException;
import java.util.Optional;

/**
 * A command that exec runs in a container of a launch service. The service kills the command when the connection ends.
 *
 * @param id id of the container
 * @param request the first message; docs/http.md
 * @param input whether this process's standard input is forwarded to the command
 */
public record AttachedExec(Server server, String id, JsonNode request, boolean input) implements Peer {

    @Override
    public Conversation open() {
        WebSocket socket = server.webSocket(RemoteEngine.path(id) + "/exec/attach");
        try {
            socket.send(request.toString());
            if (!input && !request.path("tty").asBoolean()) {
                socket.send("eof");
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw server.lost(e);
        }
    }

    @Override
    public boolean isDetachable() {
        return false;
    }

    @Override
    public String detachMessage() {
        return "";
    }

    @Override
    public boolean endsWithInput() {
        return true;
    }

    @Override
    public boolean isDetachedBy(String signal) {
        return false;
    }

    @Override
    public void pass(String signal, Conversation socket) throws IOException {
        socket.send("signal " + signal);
    }

    @Override
    public void outputIsClosed() {
        // The server kills the command when this process closes the connection.
    }

    @Override
    public RuntimeException lost(IOException e) {
        return server.lost(e, "the command is killed");
    }

    @Override
    public JsonNode end(Optional<JsonNode> last) {
        JsonNode answer =
                last.orElseThrow(() -> new ClientException("the server did not report how the command ended"));
        if (!answer.has("exitCode")) {
            throw new ClientException(Answer.message(answer.path("status").asInt(), answer));
        }
        return answer;
    }
}
