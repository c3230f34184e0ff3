package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;

/**
 * The connection to the agent of a container: it carries one message, and is closed; runtime-spec config-linux.md,
 * "Seccomp", {@code listenerPath}.
 */
final class SeccompAgent {

    private final Linux linux;
    private final int socket;
    private final String processState;

    private SeccompAgent(Linux linux, int socket, String processState) {
        this.linux = linux;
        this.socket = socket;
        this.processState = processState;
    }

    /**
     * A connection, on which nothing is said yet.
     *
     * @throws dev.rustyrun.linux.LinuxException when nobody listens there
     */
    static SeccompAgent connect(Linux linux, LaunchHost.Agent agent) {
        return new SeccompAgent(linux, linux.connect(agent.socket()), agent.processState());
    }

    /**
     * Hands {@code listener} over, which stays open here.
     *
     * @throws dev.rustyrun.linux.LinuxException when the agent has gone
     */
    void tell(int listener) {
        try (OpenFile closed = new OpenFile(linux, socket)) {
            linux.send(closed.descriptor(), processState.getBytes(StandardCharsets.UTF_8), listener);
        }
    }
}
