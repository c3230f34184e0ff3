package dev.rustyrun.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.OciVersion;
import java.util.Map;
import java.util.TreeMap;

/** The state of a container in the format of {@code rustyrun state} and of hooks; runtime-spec runtime.md, "State". */
public final class StateJson {

    private StateJson() {}

    /**
     * The state as a JSON object on one line.
     *
     * @param pid process id of the container's process on the host; 0 for none, and ignored once it is stopped
     * @param bundle absolute path of its bundle
     * @param annotations annotations of its config.json
     * @throws InvalidSpecException when the id is missing, the bundle is not absolute, or a required process is missing
     */
    public static String write(
            String id, ContainerStatus status, int pid, String bundle, Map<String, String> annotations) {
        return tree(id, status, pid, bundle, annotations).toString();
    }

    /**
     * The message to a seccomp agent, sent together with the listener, as one JSON object; config-linux.md, "The
     * Container Process State".
     *
     * @param process process id of the filtered process on the host
     * @param metadata the profile's {@code listenerMetadata}; empty for none
     * @throws InvalidSpecException when {@code id}, {@code pid} and {@code bundle} are not a valid state
     */
    public static String ofProcess(
            int process,
            String metadata,
            String id,
            ContainerStatus status,
            int pid,
            String bundle,
            Map<String, String> annotations) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("ociVersion", OciVersion.NEWEST).putArray("fds").add("seccompFd");
        message.put("pid", process);
        if (!metadata.isEmpty()) {
            message.put("metadata", metadata);
        }
        message.set("state", tree(id, status, pid, bundle, annotations));
        return message.toString();
    }

    private static ObjectNode tree(
            String id, ContainerStatus status, int pid, String bundle, Map<String, String> annotations) {
        if (id.isEmpty()) {
            throw new InvalidSpecException("a container's state needs its id");
        }
        if (!bundle.startsWith("/")) {
            throw new InvalidSpecException("bundle \"" + bundle + "\" is not an absolute path");
        }
        if (status.hasProcess() && pid <= 0) {
            throw new InvalidSpecException("container " + id + " is " + status.word() + " but has no process");
        }
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("ociVersion", OciVersion.NEWEST).put("id", id).put("status", status.word());
        if (status != ContainerStatus.STOPPED && pid > 0) {
            state.put("pid", pid);
        }
        state.put("bundle", bundle);
        if (!annotations.isEmpty()) {
            ObjectNode all = state.putObject("annotations");
            new TreeMap<>(annotations).forEach(all::put);
        }
        return state;
    }
}
