package dev.rustyrun.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A bundle with the busybox rootfs, and containers made from it in a store of its own, all of which go at the end. */
final class OciBundle implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path root;

    /** A bundle whose process is {@code args}. */
    OciBundle(String... args) {
        try {
            directory = Files.createTempDirectory("rustyrun-bundle");
            root = directory.resolve("state");
            Launcher.rustyrun("spec", "--bundle", directory.toString()).expect(0);
            edit(config -> {
                ObjectNode process = (ObjectNode) config.get("process");
                process.put("terminal", false).remove("rlimits");
                process.remove("args");
                List.of(args).forEach(process.withArray("args")::add);
                ((ObjectNode) config.get("root")).put("path", Launcher.busybox().toString()).put("readonly", false);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes its config.json. */
    OciBundle edit(Consumer<ObjectNode> change) {
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

    /** Changes the process of its config.json. */
    OciBundle editProcess(Consumer<ObjectNode> change) {
        return edit(config -> change.accept((ObjectNode) config.get("process")));
    }

    Path directory() {
        return directory;
    }

    /** A file in its directory. */
    Path file(String name) {
        return directory.resolve(name);
    }

    String read(String name) {
        return Host.read(file(name).toString());
    }

    /** The command line of {@code rustyrun} on this bundle's store. */
    List<String> command(String... words) {
        List<String> all = new ArrayList<>(Launcher.command("--root", root.toString()));
        all.addAll(List.of(words));
        return all;
    }

    Launcher.Result rustyrun(String... words) {
        return Launcher.execute(command(words), "");
    }

    Launcher.Result create(String id, String... options) {
        return Launcher.execute(createCommand(id, options), "");
    }

    List<String> createCommand(String id, String... options) {
        List<String> all = command("create", "--bundle", directory.toString());
        all.addAll(List.of(options));
        all.add(id);
        return all;
    }

    ObjectNode state(String id) {
        try {
            return (ObjectNode) JSON.readTree(rustyrun("state", id).expect(0).out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String status(String id) {
        return state(id).get("status").textValue();
    }

    void awaitStatus(String id, String status) {
        Host.eventually(id + " is " + status, () -> status(id).equals(status), () -> state(id));
    }

    /** What is left of containers in the store; hidden folders are caches. */
    List<String> left() {
        String[] names = Optional.ofNullable(root.toFile().list()).orElse(new String[0]);
        return List.of(names).stream().filter(name -> !name.startsWith(".")).toList();
    }

    @Override
    public void close() {
        left().forEach(id -> rustyrun("delete", "--force", id));
        Launcher.execute(List.of("rm", "-rf", directory.toString()), "");
    }
}
