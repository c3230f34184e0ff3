package dev.rustyrun.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.log.LogHold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept about one container, in a folder of its own: {@code container.json}, what was asked for;
 * {@code started.json}, from when on it ran; {@code result.json}, how it ended; {@code log}, what it wrote; the FIFOs
 * {@code stdin}, {@code control} and {@code readers} to its monitor. Each JSON file is written once, whole: whoever reads it sees all of it or
 * none. The service and the monitor share nothing else, so neither minds the other's death.
 */
final class ContainerFolder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DESCRIPTION = "container.json";
    private static final String STARTED = "started.json";
    private static final String RESULT = "result.json";
    private static final String NEW = ".new";
    private static final String REMOVED = ".removed-";
    /** What its start and its end take at most, kept free for them: the disk may be full then. */
    private static final int RESERVED_BYTES = 4096;
    /** More than this is none of ours. */
    private static final long MAX_BYTES = 64L * 1024 * 1024;

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

    /** Whoever keeps {@link LogHold parts of the log} from being removed has this open, and writes there to say that he went on. */
    Path readers() {
        return path.resolve("readers");
    }

    Path errors() {
        return path.resolve("monitor.err");
    }

    /** What was asked for; nothing when the folder is not complete, or gone. */
    Optional<ObjectNode> description() {
        return read(DESCRIPTION);
    }

    /**
     * What it was launched with, as {@link Specs#resolve} has made it.
     *
     * @throws ProblemException when the container is gone
     */
    LaunchRequest resolved() {
        damage().ifPresent(damage -> {
            throw broken(damage).exception();
        });
        return description()
                .map(json -> LaunchRequest.read(JsonRequest.of((ObjectNode) json.get("resolved"))))
                .orElseThrow(() ->
                        Problem.notFound("there is no container of this id").exception());
    }

    /** That nothing can be done with it but to delete it. */
    static Problem broken(String damage) {
        return Problem.conflict(
                "the container is broken: " + damage + "; DELETE it with ?force=true, which ends its processes");
    }

    /** Whose ids it has. */
    UserIds userIds() {
        return description()
                .map(json -> UserIds.readFrom(json.path("resolved")))
                .orElse(UserIds.HOST);
    }

    void describe(ObjectNode json) {
        write(DESCRIPTION, json);
    }

    /** From when on it ran; nothing when it never was started. */
    Optional<ObjectNode> started() {
        return read(STARTED);
    }

    void markStarted(ObjectNode json) {
        write(STARTED, json);
    }

    /** How it ended; nothing when it has not. */
    Optional<ObjectNode> result() {
        return read(RESULT);
    }

    void finish(ObjectNode json) {
        write(RESULT, json);
    }

    /** Whether there is such a container, whole or broken. */
    boolean exists() {
        return Files.exists(path.resolve(DESCRIPTION), LinkOption.NOFOLLOW_LINKS) || isBegun();
    }

    /** Whether whoever made it was killed before it was a container. */
    boolean isUnfinished() {
        return !exists();
    }

    private boolean isBegun() {
        return Files.exists(errors(), LinkOption.NOFOLLOW_LINKS)
                || Files.exists(path.resolve(STARTED), LinkOption.NOFOLLOW_LINKS);
    }

    /** What is wrong with what is kept about it, if anything is: then nothing of that can be relied upon. */
    Optional<String> damage() {
        for (String file : List.of(DESCRIPTION, STARTED, RESULT)) {
            try {
                Optional<ObjectNode> read = readOrFail(file);
                if (read.isEmpty() && file.equals(DESCRIPTION) && isBegun()) {
                    return Optional.of(file + " is missing");
                }
                if (file.equals(DESCRIPTION)
                        && read.isPresent()
                        && !read.get().path("resolved").isObject()) {
                    return Optional.of(file + " is damaged");
                }
            } catch (IOException e) {
                return Optional.of(
                        e instanceof JsonProcessingException
                                ? file + " is damaged"
                                : file + " cannot be read: " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    private Optional<ObjectNode> read(String file) {
        try {
            return readOrFail(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Nothing when there is no such file. */
    private Optional<ObjectNode> readOrFail(String file) throws IOException {
        Path whole = path.resolve(file);
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(whole, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
                throw new IOException("it is no file of ours");
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(whole));
            if (json instanceof ObjectNode object) {
                return Optional.of(object);
            }
            throw new IOException("it holds no object");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Takes the room that its start and its end will need. */
    void reserve() {
        for (String file : List.of(STARTED, RESULT)) {
            try {
                Files.write(path.resolve(file + NEW), new byte[RESERVED_BYTES], StandardOpenOption.CREATE_NEW);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Aside and renamed: at once, and into the room that was reserved. */
    private void write(String file, ObjectNode json) {
        Path temporary = path.resolve(file + NEW);
        byte[] text = (json + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            try (FileChannel aside = FileChannel.open(
                    temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    aside.write(left);
                }
                aside.truncate(text.length);
            }
            Files.move(
                    temporary, path.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes all of it; what asks for it meanwhile finds nothing, for it gets another name first. */
    void remove() {
        Path removed = path.resolveSibling(REMOVED + id());
        try {
            Files.move(path, removed, StandardCopyOption.ATOMIC_MOVE);
            removeTree(removed);
        } catch (NoSuchFileException e) {
            // Somebody else removed it at the same time.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what is left in {@code root} of a removal that did not come to its end. */
    static void removeRemoved(Path root) {
        try (Stream<Path> all = Files.list(root)) {
            for (Path path : all.filter(path -> path.getFileName().toString().startsWith(REMOVED))
                    .toList()) {
                removeTree(path);
            }
        } catch (NoSuchFileException e) {
            // There is nothing yet.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeTree(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> below = Files.list(tree)) {
                for (Path path : below.toList()) {
                    removeTree(path);
                }
            }
        }
        Files.deleteIfExists(tree);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
