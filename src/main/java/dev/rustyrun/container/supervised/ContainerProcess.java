package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/**
 * A process of a container; man 5 proc, {@code /proc/PID/status} and {@code cmdline}.
 *
 * @param pid as the host numbers it
 * @param parent of its parent
 * @param uid its user, as the container numbers them
 * @param state a letter
 * @param name of its program
 * @param command with its arguments; may be empty
 */
public record ContainerProcess(int pid, int parent, long uid, String state, String name, String command) {

    /**
     * It as JSON.
     *
     * @param withArguments whether what it was started with may be seen
     */
    public ObjectNode json(boolean withArguments) {
        return ContainerFolder.object()
                .put("pid", pid)
                .put("parent", parent)
                .put("uid", uid)
                .put("state", state)
                .put("command", withArguments && !command.isEmpty() ? command : name);
    }

    /** The process {@code pid}, if it has not ended. */
    public static Optional<ContainerProcess> of(Linux linux, int pid, ContainerIds ids) {
        try {
            String status = linux.readFile("/proc/" + pid + "/status");
            String command = linux.readFile("/proc/" + pid + "/cmdline");
            return Optional.of(new ContainerProcess(
                    pid,
                    Integer.parseInt(word(status, "PPid")),
                    ids.userInside(Integer.parseUnsignedInt(word(status, "Uid"))),
                    word(status, "State"),
                    word(status, "Name"),
                    command.replace('\0', ' ').strip()));
        } catch (LinuxException ended) {
            return Optional.empty();
        }
    }

    private static String word(String status, String name) {
        int at = ("\n" + status).indexOf("\n" + name + ":");
        return status.substring(at + name.length() + 1).strip().split("\\s+", 2)[0];
    }
}
