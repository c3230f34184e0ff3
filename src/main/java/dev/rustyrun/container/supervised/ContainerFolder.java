package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one monitored container: {@code container.json} has the request; {@code started.json} the start time;
 * {@code result.json} the result; {@code log} the output; the FIFOs {@code stdin}, {@code control} and {@code readers}
 * lead to its monitor. The service and the monitor share nothing else, so each survives the death of the other.
 */
public final class ContainerFolder {

    private static final String REMOVED = ".removed-";
    private static final int MAX_ERROR_BYTES = 4000;

    private final Path path;
    private final FolderFile description;
    private final FolderFile started;
    private final FolderFile result;

    /** The folder at {@code path}, which may be missing. */
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

    /** The path of the folder. */
    public Path path() {
        return path;
    }

    /** The first file of the container's log. */
    public Path log() {
        return path.resolve("log");
    }

    /** The container's input FIFO. */
    public Path stdin() {
        return path.resolve("stdin");
    }

    /** The FIFO from which the container's monitor reads orders. */
    public Path control() {
        return path.resolve("control");
    }

    /** The FIFO that readers with a {@link LogHold} keep open, and to which they write when they have read more. */
    public Path readers() {
        return path.resolve("readers");
    }

    Path errors() {
        return path.resolve("monitor.err");
    }

    /** The request; empty when the folder is incomplete or removed. */
    public Optional<ObjectNode> description() {
        return description.read();
    }

    /** When the container was made; {@link Instant#EPOCH} when unknown. */
    public Instant created() {
        return new Described(this, description()).created();
    }

    /**
     * The resolved launch options, as the creator has stored them.
     *
     * @throws ContainerException when the container is broken or does not exist
     */
    public ObjectNode resolved() {
        damage().ifPresent(damage -> {
            throw broken(damage);
        });
        return description().map(json -> (ObjectNode) json.get("resolved")).orElseThrow(ContainerFolder::gone);
    }

    /** The error for a missing container. */
    static ContainerException gone() {
        return ContainerException.notFound("the container does not exist");
    }

    /** The error for a broken container, which can only be deleted. */
    static ContainerException broken(String damage) {
        return ContainerException.conflict(
                "the container is broken: " + damage + "; force its deletion, which ends its processes");
    }

    void describe(ObjectNode json) {
        description.write(json);
    }

    /** The start of the container; empty when it was never started. */
    public Optional<ObjectNode> started() {
        return started.read();
    }

    void markStarted(ObjectNode json) {
        started.write(json);
    }

    /** The result of the container; empty when it has not ended. */
    public Optional<ObjectNode> result() {
        return result.read();
    }

    /** Opens the file of the result. */
    public ResultHold holdResult() {
        return new ResultHold(result.hold());
    }

    /** Records the result, and now as the time of the end. */
    void finish(ObjectNode json) {
        result.write(json.put("finished", Instant.now().toString()));
    }

    /** Whether the container exists, valid or broken. */
    boolean exists() {
        return description.exists() || isBegun();
    }

    /** Whether its creator was killed before the container existed. */
    boolean isUnfinished() {
        return !exists();
    }

    /** Whether the folder has not changed for at least {@code age}. */
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

    /** Whether its monitor has begun, or has recorded a result. Opens no file, so it works at the limit of open files. */
    boolean hasBegun() {
        return started.exists() || result.exists();
    }

    /** Whether the container exists, but its monitor has neither begun nor recorded a result. */
    boolean isUnbegun() {
        return description.exists() && !hasBegun();
    }

    /** The first line of the monitor's standard error, without the program's name; empty if it has written nothing. */
    String monitorError() {
        try (InputStream written = Files.newInputStream(errors(), LinkOption.NOFOLLOW_LINKS)) {
            String text = new String(written.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
            return Printable.line(text.lines().findFirst().orElse("").replaceFirst("^rustyrun: ", ""));
        } catch (IOException e) {
            return "";
        }
    }

    private boolean isBegun() {
        return Files.exists(errors(), LinkOption.NOFOLLOW_LINKS) || started.exists();
    }

    /** Why the container is broken; empty if its files are valid. */
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

    /** Reserves disk space for the files of the start and the result. */
    void reserve() {
        started.reserve();
        result.reserve();
    }

    /** Removes the folder. It is renamed first, so concurrent requests never see it half removed. */
    void remove() {
        Path removed = path.resolveSibling(REMOVED + id());
        try {
            Files.move(path, removed, StandardCopyOption.ATOMIC_MOVE);
            removeTree(removed);
        } catch (NoSuchFileException e) {
            // Another process has removed it at the same time.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Completes interrupted removals in {@code root}. */
    static void removeRemoved(Path root) {
        try (Stream<Path> all = Files.list(root)) {
            for (Path path : all.filter(path -> path.getFileName().toString().startsWith(REMOVED))
                    .toList()) {
                removeTree(path);
            }
        } catch (NoSuchFileException e) {
            // The folder of all containers does not exist yet.
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
