package dev.rustyrun.network.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.PublishedPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The connection of one container with a CNI network. The data for DEL is in a file before the first plugin is
 * executed. The process that holds the lock on this file executes DEL: this process, which holds it as long as it
 * lives, or another one that finds the file unlocked. So DEL is executed once, whichever process is killed. The file
 * has a line for the connection, and one for the result of ADD.
 */
final class CniConnection {

    private static final String INTERFACE = "eth0";
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Linux linux;
    private final OpenFile file;
    private final String name;
    private final CniNetwork network;
    private final CniFolders folders;
    private final List<PublishedPort> ports;
    private Optional<ObjectNode> result = Optional.empty();

    /**
     * A new connection, which does not exist yet.
     *
     * @param file the file for the data of DEL; locked and empty
     * @param name the unique name of the connection
     */
    CniConnection(
            Linux linux,
            OpenFile file,
            String name,
            CniNetwork network,
            CniFolders folders,
            List<PublishedPort> ports) {
        this.linux = linux;
        this.file = file;
        this.name = name;
        this.network = network;
        this.folders = folders;
        this.ports = List.copyOf(ports);
    }

    /**
     * Reads the connection in {@code file}, which is locked; empty when no plugin has been executed for it.
     *
     * @throws CniException when the file is invalid
     */
    static Optional<CniConnection> read(Linux linux, OpenFile file, String name) {
        String text;
        try (OpenFile again = new OpenFile(linux, linux.open(file.path(), FileFlag.O_RDONLY))) {
            text = linux.readText(again.descriptor(), UserFile.MAX_DOCUMENT);
        }
        // A last line without a line feed is incomplete and ignored.
        String[] lines = text.split("\n", -1);
        if (lines.length < 2) {
            return Optional.empty();
        }
        ObjectNode saved = CniJson.object("the connection", lines[0]);
        CniConnection connection = new CniConnection(
                linux,
                file,
                name,
                CniNetwork.of(
                        "the connection",
                        CniJson.object("its network", saved.path("network").toString())),
                CniFolders.of("", saved.path("plugins").asText("")),
                ConnectedNetwork.ports(saved.path("ports").asText("")));
        if (lines.length > 2) {
            connection.result = Optional.of(CniJson.object("its result", lines[1]));
        }
        return Optional.of(connection);
    }

    /** The network's name. */
    String network() {
        return network.name();
    }

    /**
     * Connects the container: executes ADD of all plugins.
     *
     * @param namespace path of the container's network namespace
     * @return the result of the last plugin
     * @throws CniException for the first plugin that fails
     */
    ObjectNode add(String namespace) {
        if (!ports.isEmpty() && !network.publishes()) {
            throw new CniException("CNI network " + network
                    + " has no plugin that publishes ports: add portmap with the capability portMappings to it");
        }
        for (int i = 0; i < network.plugins().size(); i++) {
            folders.plugin(linux, network.type(i));
        }
        ObjectNode saved = CniJson.newObject();
        saved.put("plugins", String.join(":", folders.plugins()))
                .put("ports", ConnectedNetwork.text(ports))
                .set("network", network.whole());
        save(saved);
        ObjectNode last = CniJson.newObject();
        for (int i = 0; i < network.plugins().size(); i++) {
            String printed = execute("ADD", i, namespace, i == 0 ? Optional.empty() : Optional.of(last));
            last = CniJson.object("what the CNI plugin " + network.type(i) + " printed", printed);
        }
        save(last);
        result = Optional.of(last);
        return last;
    }

    private void save(ObjectNode line) {
        linux.writeAll(file.descriptor(), (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Disconnects the container: executes DEL of all plugins in reverse order, even if one fails.
     *
     * @param namespace path of the network namespace; empty when it no longer exists
     * @throws CniException for the first plugin that fails
     */
    void delete(String namespace) {
        Optional<CniException> failure = Optional.empty();
        for (int i = network.plugins().size() - 1; i >= 0; i--) {
            try {
                execute("DEL", i, namespace, result.filter(any -> network.passesPrevResult()));
            } catch (CniException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        failure.ifPresent(e -> {
            throw e;
        });
    }

    private String execute(String command, int number, String namespace, Optional<ObjectNode> previous) {
        String type = network.type(number);
        List<String> environment = List.of(
                PATH,
                "CNI_COMMAND=" + command,
                "CNI_CONTAINERID=" + name,
                "CNI_NETNS=" + namespace,
                "CNI_IFNAME=" + INTERFACE,
                "CNI_PATH=" + String.join(":", folders.plugins()));
        try {
            return new CniPlugin(linux, type, folders.plugin(linux, type))
                    .execute(environment, network.request(number, ports, previous), file);
        } catch (LinuxException e) {
            throw new CniException("CNI plugin " + type + ": " + e.getMessage());
        }
    }
}
