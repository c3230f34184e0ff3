package dev.rustyrun.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept about one container, in a folder of its own: {@code container.json}, what was asked for;
 * {@code started.json}, from when on it ran; {@code result.json}, how it ended; {@code log}, what it wrote; the FIFOs
 * {@code stdin} and {@code control} to its monitor. Each JSON file is written once, whole: whoever reads it sees all of it or
 * none. The service and the monitor share nothing else, so neither minds the other's death.
 */
final class ContainerFolder {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;

    ContainerFolder(Path path) {
        this.path = path;
    }

    String id() {
        return path.getFileName().toString();
    }

    Path path() {
        return path;
    }

    Path log() {
        return path.resolve("log");
    }

    Path stdin() {
        return path.resolve("stdin");
    }

    Path control() {
        return path.resolve("control");
    }

    Path errors() {
        return path.resolve("monitor.err");
    }

    /** What was asked for; nothing when the folder is not complete, or gone. */
    Optional<ObjectNode> description() {
        return read("container.json");
    }

    /**
     * What it was launched with, as {@link Specs#resolve} has made it.
     *
     * @throws ProblemException when the container is gone
     */
    LaunchRequest resolved() {
        return description()
                .map(json -> LaunchRequest.read(JsonRequest.of((ObjectNode) json.get("resolved"))))
                .orElseThrow(() ->
                        Problem.notFound("there is no container of this id").exception());
    }

    void describe(ObjectNode json) {
        write("container.json", json);
    }

    /** From when on it ran; nothing when it never was started. */
    Optional<ObjectNode> started() {
        return read("started.json");
    }

    void markStarted(ObjectNode json) {
        write("started.json", json);
    }

    /** How it ended; nothing when it has not. */
    Optional<ObjectNode> result() {
        return read("result.json");
    }

    void finish(ObjectNode json) {
        write("result.json", json);
    }

    private Optional<ObjectNode> read(String file) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(path.resolve(file)));
            return json instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String file, ObjectNode json) {
        Path temporary = path.resolve(file + ".new");
        try {
            Files.writeString(temporary, json + "\n");
            Files.move(
                    temporary, path.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes all of it; what asks for it meanwhile finds no description, for that goes first. */
    void remove() {
        try {
            Files.deleteIfExists(path.resolve("container.json"));
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(path);
        } catch (NoSuchFileException e) {
            // Somebody else removed it at the same time.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
