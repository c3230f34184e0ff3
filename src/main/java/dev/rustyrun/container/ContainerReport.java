package dev.rustyrun.container;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.oci.OciVersion;
import dev.rustyrun.oci.StateJson.Status;
import java.util.TreeMap;

/**
 * What is told about a container.
 *
 * @param status where in its life it is
 * @param owner of its state, by name
 */
public record ContainerReport(ContainerState state, Status status, String owner) {

    /** What is told about the container {@code state} in {@code store}. */
    public static ContainerReport of(ContainerStore store, ContainerState state) {
        return new ContainerReport(state, store.status(state), System.getProperty("user.name", ""));
    }

    /** Its PID 1 on the host; 0 when it has none. */
    public int pid() {
        return status == Status.STOPPED ? 0 : state.pid();
    }

    /** The specification's state, and what runc adds to it. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ociVersion", OciVersion.NEWEST)
                .put("id", state.id())
                .put("pid", pid())
                .put("status", status.word())
                .put("bundle", state.origin().bundle())
                .put("rootfs", state.rootfs())
                .put("created", state.created());
        if (!state.origin().annotations().isEmpty()) {
            ObjectNode annotations = json.putObject("annotations");
            new TreeMap<>(state.origin().annotations()).forEach(annotations::put);
        }
        return json.put("owner", owner);
    }
}
