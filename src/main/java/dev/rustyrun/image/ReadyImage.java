package dev.rustyrun.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The facts about an unpacked image that a launch needs. The store keeps them in one file, so that a launch reads
 * neither the documents of the image nor its layers. The digest of the manifest determines them, so they never change.
 * The file is a cache: it is not synced, and one that is damaged counts as missing.
 *
 * @param layers hashes of the layers, topmost first, each once
 * @param model the layer whose root directory is that of the image
 * @param passwd the text of the image's {@code /etc/passwd}
 * @param group the text of the image's {@code /etc/group}
 */
public record ReadyImage(
        Digest manifest, ImageConfig config, List<String> layers, String model, String passwd, String group) {

    static final String FOLDER = "ready";

    private static final int MAX_BYTES = 1 << 20;
    /** The fields of the image's configuration that do not matter for a launch, but can be large. */
    private static final List<String> LEFT_OUT = List.of("history", "rootfs");

    public ReadyImage {
        layers = List.copyOf(layers);
    }

    /** Reads the file {@code path}; empty when it is missing or damaged. */
    static Optional<ReadyImage> read(Linux linux, String path, Digest manifest) {
        try {
            byte[] json = UserFile.read(linux, path, MAX_BYTES).getBytes(StandardCharsets.UTF_8);
            DocumentField all = DocumentField.read(path, json);
            ReadyImage image = new ReadyImage(
                    manifest,
                    ImageConfig.of(all.field("image")),
                    all.field("layers").texts(),
                    all.field("model").text(),
                    all.field("passwd").text(),
                    all.field("group").text());
            return Optional.of(image).filter(ReadyImage::isComplete);
        } catch (LinuxException | InvalidSpecException e) {
            return Optional.empty();
        }
    }

    private boolean isComplete() {
        return layers.contains(model) && layers.stream().allMatch(hash -> !hash.isEmpty() && Digest.isHex(hash));
    }

    /**
     * Writes the file {@code name} in the folder {@code path}, unless the store cannot be written now.
     *
     * @param document the image's configuration
     */
    void write(Linux linux, String path, String name, byte[] document) {
        byte[] bytes = json(document).toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            return;
        }
        String temporary = path + "/." + name + "." + linux.processId();
        try {
            make(linux, path);
            linux.removeFile(temporary);
            try (OpenFile file = new OpenFile(linux, linux.create(temporary, 0600))) {
                linux.writeAll(file.descriptor(), bytes);
            }
            linux.rename(temporary, path + "/" + name);
        } catch (LinuxException e) {
            // The next launch reads the documents again.
            return;
        }
    }

    private static void make(Linux linux, String path) {
        try {
            linux.makeDirectory(path, 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    private ObjectNode json(byte[] document) {
        JsonNode image =
                DocumentField.read("the image's configuration", document).node();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("image", ((ObjectNode) image).without(LEFT_OUT));
        layers.forEach(json.putArray("layers")::add);
        return json.put("model", model).put("passwd", passwd).put("group", group);
    }
}
