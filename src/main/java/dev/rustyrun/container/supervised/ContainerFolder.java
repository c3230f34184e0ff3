package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerException;
import dev.rustyrun.container.log.LogHold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept about one container, in a folder of its own: {@code container.json}, what was asked for;
 * {@code started.json}, from when on it ran; {@code result.json}, how it ended; {@code log}, what it wrote; the FIFOs
 * {@code stdin}, {@code control} and {@code readers} to its monitor. The service and the monitor share nothing else, so neither
 * minds the other's death.
 */
public final class ContainerFolder {

    private static final String REMOVED = ".removed-";

    private final Path path;
    private final FolderFile description;
    private final FolderFile started;
    private final FolderFile result;

    /** The folder at {@code path}, which need not be there. */
    public ContainerFolder(Path path) {
        this.path = path;
        this.description = new FolderFile(path, "container.json");
        this.started = new FolderFile(path, "started.json");
        this.result = new FolderFile(path, "result.json");
    }

    /** The container's id. */
    public String id() {
        return path.getFileName().toString();
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The first file of what the container wrote. */
    public Path log() {
        return path.resolve("log");
    }

    /** The container's input FIFO. */
    public Path stdin() {
        return path.resolve("stdin");
    }

    /** Where its monitor takes orders from. */
    public Path control() {
        return path.resolve("control");
    }

    /** Readers that protect {@link LogHold parts of the log} have this open, and write to it when they have read more. */
    public Path readers() {
        return path.resolve("readers");
    }

    Path errors() {
        return path.resolve("monitor.err");
    }

    /** What was asked for; nothing when the folder is not complete, or gone. */
    public Optional<ObjectNode> description() {
        return description.read();
    }

    /** When it was made; long ago when that is not known. */
    public Instant created() {
        try {
            return description()
                    .map(json -> Instant.parse(json.path("created").asText()))
                    .orElse(Instant.EPOCH);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /**
     * What it was launched with, as its maker has put it.
     *
     * @throws ContainerException when the container is broken, or gone
     */
    public ObjectNode resolved() {
        damage().ifPresent(damage -> {
            throw broken(damage);
        });
        return description().map(json -> (ObjectNode) json.get("resolved")).orElseThrow(ContainerFolder::gone);
    }

    /** The error for a missing container. */
    static ContainerException gone() {
        return ContainerException.notFound("there is no container of this id");
    }

    /** That nothing can be done with it but to delete it. */
    static ContainerException broken(String damage) {
        return ContainerException.conflict(
                "the container is broken: " + damage + "; force its deletion, which ends its processes");
    }

    void describe(ObjectNode json) {
        description.write(json);
    }

    /** From when on it ran; nothing when it never was started. */
    public Optional<ObjectNode> started() {
        return started.read();
    }

    void markStarted(ObjectNode json) {
        started.write(json);
    }

    /** How it ended; nothing when it has not. */
    public Optional<ObjectNode> result() {
        return result.read();
    }

    /** The file of that, kept open. */
    public ResultHold holdResult() {
        return new ResultHold(result.hold());
    }

    void finish(ObjectNode json) {
        result.write(json);
    }

    /** Whether the container exists, whole or broken. */
    boolean exists() {
        return description.exists() || isBegun();
    }

    /** Whether its creator was killed before it was a container. */
    boolean isUnfinished() {
        return !exists();
    }

    /** Whether nothing in it has changed for so long. */
    boolean isOlderThan(Duration age) {
        try {
            return !Files.getLastModifiedTime(path)
                    .toInstant()
                    .isAfter(Instant.now().minus(age));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a monitor has been started for it. */
    boolean hasMonitor() {
        return Files.exists(errors());
    }

    private boolean isBegun() {
        return Files.exists(errors(), LinkOption.NOFOLLOW_LINKS) || started.exists();
    }

    /** What is wrong with what is kept about it, if anything is: then nothing of that can be relied upon. */
    public Optional<String> damage() {
        for (FolderFile file : List.of(description, started, result)) {
            try {
                Optional<ObjectNode> read = file.readOrFail();
                if (file == description) {
                    if (read.isEmpty() && isBegun()) {
                        return Optional.of(file.name() + " is missing");
                    }
                    if (read.isPresent() && !read.get().path("resolved").isObject()) {
                        return Optional.of(file.name() + " is damaged");
                    }
                }
            } catch (IOException e) {
                return Optional.of(file.damage(e));
            }
        }
        return Optional.empty();
    }

    /** Takes the room that its start and its end will need. */
    void reserve() {
        started.reserve();
        result.reserve();
    }

    /** Removes all of it; concurrent requests find nothing, because it gets another name first. */
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

    /** An empty JSON object. */
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
