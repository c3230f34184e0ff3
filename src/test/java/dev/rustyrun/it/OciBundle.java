package dev.rustyrun.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A bundle with the busybox rootfs and a store of its own. Closing it deletes the containers, the store and the bundle.
 */
public final class OciBundle implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path root;

    /** Makes a bundle whose process has these arguments. */
    public OciBundle(String... args) {
        try {
            directory = Files.createTempDirectory("rustyrun-bundle");
            root = directory.resolve("state");
            Launcher.rustyrun("spec", "--bundle", directory.toString()).expect(0);
            edit(config -> {
                ObjectNode process = (ObjectNode) config.get("process");
                process.put("terminal", false).remove("rlimits");
                process.remove("args");
                List.of(args).forEach(process.withArray("args")::add);
                ((ObjectNode) config.get("root"))
                        .put("path", Launcher.busybox().toString())
                        .put("readonly", false);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes config.json. */
    public OciBundle edit(Consumer<ObjectNode> change) {
        try {
            Path file = directory.resolve("config.json");
            ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
            change.accept(config);
            Files.writeString(file, config.toPrettyString());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes the process in config.json. */
    public OciBundle editProcess(Consumer<ObjectNode> change) {
        return edit(config -> change.accept((ObjectNode) config.get("process")));
    }

    public Path directory() {
        return directory;
    }

    /** The path of a file in the bundle's directory. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    public String read(String name) {
        return Host.read(file(name).toString());
    }

    /** A command line of {@code rustyrun} that uses this bundle's store. */
    public List<String> command(String... words) {
        List<String> all = new ArrayList<>(Launcher.command("--root", root.toString()));
        all.addAll(List.of(words));
        return all;
    }

    public Launcher.Result rustyrun(String... words) {
        return Launcher.execute(command(words), "");
    }

    public Launcher.Result create(String id, String... options) {
        return Launcher.execute(createCommand(id, options), "");
    }

    public List<String> createCommand(String id, String... options) {
        List<String> all = command("create", "--bundle", directory.toString());
        all.addAll(List.of(options));
        all.add(id);
        return all;
    }

    public ObjectNode state(String id) {
        try {
            return (ObjectNode) JSON.readTree(rustyrun("state", id).expect(0).out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String status(String id) {
        return state(id).get("status").textValue();
    }

    public void awaitStatus(String id, String status) {
        Host.eventually(id + " is " + status, () -> status(id).equals(status), () -> state(id));
    }

    /** Names of containers that the store still has. Hidden folders are caches and are left out. */
    public List<String> left() {
        String[] names = Optional.ofNullable(root.toFile().list()).orElse(new String[0]);
        return List.of(names).stream().filter(name -> !name.startsWith(".")).toList();
    }

    @Override
    public void close() {
        left().forEach(id -> rustyrun("delete", "--force", id));
        Launcher.execute(List.of("rm", "-rf", directory.toString()), "");
    }

    /** Adds a user namespace with 65,536 ids, from {@code hostId} on. */
    static void addUserNamespace(JsonNode config, int hostId) {
        ((ArrayNode) config.get("linux").get("namespaces")).addObject().put("type", "user");
        for (String kind : List.of("uidMappings", "gidMappings")) {
            ((ObjectNode) config.get("linux"))
                    .putArray(kind)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", hostId)
                    .put("size", 65_536);
        }
    }
}
