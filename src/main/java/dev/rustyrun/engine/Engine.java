package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Containers, and what can be done with them: those of this machine ({@link LocalEngine}), or those of a launch service. All
 * methods throw {@link InvalidSpecException}, with one line that says why, when there is no such container or it is in no state
 * for what is asked. What is told of a container is what {@code GET /v1/containers/ID} answers; docs/http.md.
 */
public interface Engine {

    /** Its images, if they are not this machine's. */
    default Optional<Images> images() {
        return Optional.empty();
    }

    /** What is known of a container. */
    JsonNode container(String id);

    /** Waits for its end, some time at most; what is known of it then. */
    JsonNode awaitEnd(String id, long seconds);

    /** What is known of all containers that match. */
    List<JsonNode> list(ContainerFilter filter);

    /** What a table of containers shows of each: JSON pointers without the first slash, whose last name is the heading. */
    List<String> columns();

    /**
     * Sends a signal, a name or a number, to its PID 1.
     *
     * @param all whether to every process of it
     */
    void kill(String id, String signal, boolean all);

    /** Forgets it and what it has written; with {@code force} it is killed first if it runs. */
    void delete(String id, boolean force);

    /** Freezes all of its processes. */
    void pause(String id);

    /** Lets them go on. */
    void resume(String id);

    /** Lets it reach these hosts from now on, and no others; only one that was started with such a list has a way to any. */
    void allow(String id, List<String> hosts);

    /** What it has used; docs/http.md, "stats". */
    JsonNode statistics(String id);

    /** Its processes: an array of objects with {@code uid}, {@code pid}, {@code parent}, {@code state} and {@code command}. */
    JsonNode processes(String id);

    /**
     * Its processes as a table.
     *
     * @param psOptions of ps(1), which only the containers of this machine can be shown by
     */
    String processTable(String id, List<String> psOptions);

    /** Reads what it has written, and what it writes until its end if that is wanted. */
    void logs(String id, LogView view, LogOutput output);

    /**
     * Connects with its input and output.
     *
     * @param start whether it is started then, so that nothing that it writes is missed
     */
    Conversation attach(String id, boolean start);

    /** What is told when the connection with it breaks: why, and how to go on. */
    RuntimeException lost(String id, IOException e);

    /** A directory or a file in it, as a tar stream, which the caller closes. */
    InputStream read(String id, String path);

    /**
     * Unpacks a tar stream into a directory in it.
     *
     * @throws IOException when {@code tar} cannot be read
     */
    void write(String id, String path, InputStream tar) throws IOException;

    /** What it has changed in the files of its image, a line each: A, C or D, and the path. */
    default List<String> changes(String id) {
        throw new InvalidSpecException("diff is for containers of this machine");
    }

    /** Writes all of its files as a tar stream. */
    default void export(String id, OutputStream out) {
        throw new InvalidSpecException("export is for containers of this machine");
    }

    /** Makes an image of its image and of what it has changed; the id of that. */
    default String commit(String id, Commit commit) {
        throw new InvalidSpecException("commit is for containers of this machine");
    }
}
