package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.ContainerId;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The operations on containers: on this machine ({@link LocalEngine}) or at a launch service. All methods throw {@link
 * InvalidSpecException} with a one-line reason when the container does not exist or is in the wrong state. A
 * container's JSON is that of {@code GET /v1/containers/ID}; docs/http.md.
 */
public interface Engine {

    /** The engine's images; empty if they are those of this machine. */
    default Optional<Images> images() {
        return Optional.empty();
    }

    /** The container's JSON. */
    JsonNode container(String id);

    /**
     * Whether the container exists. Searches the list: other operations fail in more ways than one for a missing one.
     *
     * @throws InvalidSpecException when {@code id} cannot be the id of a container
     */
    default boolean exists(String id) {
        ContainerId.checked(id);
        return list(ContainerFilter.NONE).stream()
                .anyMatch(one -> id.equals(one.path("id").asText()));
    }

    /** Waits at most {@code seconds} for the container's end; returns its JSON. */
    JsonNode awaitEnd(String id, long seconds);

    /** The JSON of all matching containers. */
    List<JsonNode> list(ContainerFilter filter);

    /**
     * The columns of a table of containers: JSON pointers without the leading slash, whose last name is the heading.
     */
    List<String> columns();

    /**
     * Sends a signal, given by name or number, to PID 1 of the container.
     *
     * @param all whether to signal every process of the container
     */
    void kill(String id, String signal, boolean all);

    /** Deletes a container and its files; with {@code force} a running container is killed first. */
    void delete(String id, boolean force);

    /** Freezes all processes of the container. */
    void pause(String id);

    /** Resumes all processes of the container. */
    void resume(String id);

    /**
     * Replaces the hosts that the container may reach. Works only for containers that were started with {@code
     * --allow}.
     */
    void allow(String id, List<String> hosts);

    /** The container's resource usage; docs/http.md, "stats". */
    JsonNode statistics(String id);

    /**
     * The container's processes: an array of objects with {@code uid}, {@code pid}, {@code parent}, {@code state} and
     * {@code command}.
     */
    JsonNode processes(String id);

    /**
     * The container's processes as a table.
     *
     * @param psOptions ps(1) options, which work only for local containers
     */
    String processTable(String id, List<String> psOptions);

    /** Reads the container's output, and with {@link LogView#follow} also what it writes until its end. */
    void logs(String id, LogView view, LogOutput output);

    /**
     * Connects to the container's input and output.
     *
     * @param start whether to start the container then, so that no output is missed
     */
    Conversation attach(String id, boolean start);

    /** The error for a lost connection: the reason, and how to continue. */
    RuntimeException lost(String id, IOException e);

    /** A file or directory of the container as a tar stream; the caller closes it. */
    InputStream read(String id, String path);

    /**
     * Unpacks a tar stream into a directory of the container.
     *
     * @throws IOException when {@code tar} cannot be read
     */
    void write(String id, String path, InputStream tar) throws IOException;

    /** The files that the container has changed in its image, one line each: A, C or D, and the path. */
    default List<String> changes(String id) {
        throw new InvalidSpecException("diff works only for local containers");
    }

    /** Writes the whole file tree as a tar stream. */
    default void export(String id, OutputStream out) {
        throw new InvalidSpecException("export works only for local containers");
    }

    /** Creates an image with the container's changes as a new layer; returns its id. */
    default String commit(String id, Commit commit) {
        throw new InvalidSpecException("commit works only for local containers");
    }
}
