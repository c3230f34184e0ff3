package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/**
 * A process of a container; man 5 proc, {@code /proc/PID/status} and {@code cmdline}.
 *
 * @param pid the host's pid
 * @param parent the host's pid of its parent
 * @param uid its user id inside the container
 * @param state the letter of its state, such as R or S
 * @param name the name of its program
 * @param command its command line; may be empty
 */
public record ContainerProcess(int pid, int parent, long uid, String state, String name, String command) {

    /**
     * The process as JSON.
     *
     * @param withArguments whether to show the command line instead of the program's name
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
