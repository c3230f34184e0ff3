package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a command of the client works with.
 *
 * @param messages where it is told what went wrong
 * @param args the words of the whole command line
 */
record Client(Linux linux, SelfExec self, Server server, PrintStream messages, List<String> args) {

    private static final String CONTAINERS = "/v1/containers";

    /** A command of the client. */
    interface Command {
        /** Performs it; what to exit with. */
        int perform(Client client);
    }

    /**
     * Has signals wait to be read from a descriptor, as a launch on this machine does it: they go on to the command. Call
     * it before anything else is done, for a JVM may start itself again.
     */
    void takeSignals() {
        self.becomeStageReady(linux, args);
    }

    /** The path of a container. */
    static String path(String id) {
        if (!id.matches("[0-9a-f]{12}")) {
            throw new ClientException(
                    "there is no container \"" + id + "\": ids have 12 hexadecimal digits, and list prints them");
        }
        return CONTAINERS + "/" + id;
    }

    static String containers() {
        return CONTAINERS;
    }

    /** Prints on stdout. */
    void print(String text) {
        print(1, text.getBytes(StandardCharsets.UTF_8));
    }

    void print(int descriptor, byte[] bytes) {
        linux.writeAll(descriptor, bytes);
    }

    void tell(String message) {
        messages.println(Printable.line("rustyrun: " + message));
    }

    /** How a container ended: what there is to tell is told; what to exit with. */
    int end(JsonNode result) {
        String message =
                result.path("message").asText(result.has("exitCode") ? "" : "the server does not know how it ended");
        if (!message.isEmpty()) {
            tell(message);
        }
        return result.path("exitCode").asInt(ClientMain.FAILED);
    }
}
