package dev.rustyrun.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a new image from another one and an additional layer. */
public final class ImageCommit {

    private static final long MAX_BYTES = 1L << 40;

    private final ImageStore store;

    public ImageCommit(ImageStore store) {
        this.store = store;
    }

    /**
     * The metadata of the new image.
     *
     * @param name the name of the image; empty for none
     * @param changes Dockerfile instructions, such as {@code CMD ["sh"]}
     * @param author the author; empty for none
     * @param message the comment in the history; empty for none
     */
    public record Details(Optional<String> name, List<String> changes, String author, String message) {}

    /**
     * Makes the image; returns its id.
     *
     * @param base the manifest digest of the base image
     * @param layer the tar stream of the layer
     * @throws InvalidSpecException when it cannot be made; then the store has no such image
     */
    public Digest add(Digest base, InputStream layer, Details details) {
        Optional<ImageReference> name = details.name().map(ImageReference::parse);
        try (StoreLock held = store.hold()) {
            StoredImage image = store.find(base.toString())
                    .orElseThrow(() -> new InvalidSpecException(
                            "the image of the container has been removed: rustyrun export keeps its files"));
            return add(image, layer, name, details);
        } catch (IOException e) {
            throw new InvalidSpecException("the container cannot be committed: " + Failures.of(e));
        }
    }

    private Digest add(StoredImage base, InputStream layer, Optional<ImageReference> name, Details details)
            throws IOException {
        ObjectNode document = document(base, details);
        ArchiveFiles.File file = ArchiveFiles.spool(store.folder(), layer, MAX_BYTES);
        try {
            Digest digest = file.digest().orElseThrow();
            document.withObjectProperty("rootfs").withArrayProperty("diff_ids").add(digest.toString());
            store.blobs().adopt(file.path(), digest);
            byte[] json = document.toString().getBytes(StandardCharsets.UTF_8);
            ImageConfig config = ImageConfig.parse(json);
            List<Descriptor> layers = new ArrayList<>();
            base.layers().forEach(below -> layers.add(ociLayer(below)));
            layers.add(new Descriptor(Manifest.OCI_LAYER, digest, file.size()));
            byte[] manifest = ManifestWriter.write(store.blobs().add(Manifest.OCI_CONFIG, json), layers);
            Digest manifestDigest = Digest.of(manifest);
            store.blobs().add(manifestDigest, manifest);
            ImageRecord record = ImageRecord.of(manifestDigest, Manifest.parse("the manifest", "", manifest), config);
            store.put(record, name.map(List::of).orElse(List.of()));
            return record.id();
        } finally {
            Files.deleteIfExists(file.path());
        }
    }

    /** Converts docker media types to OCI, because a manifest must not mix both kinds. */
    private static Descriptor ociLayer(StoredImage.LayerBlob layer) {
        String type = layer.mediaType();
        if (type.startsWith(Manifest.DOCKER_LAYER)) {
            type = Manifest.OCI_LAYER
                    + type.substring(Manifest.DOCKER_LAYER.length()).replace('.', '+');
        }
        return new Descriptor(type, layer.digest(), layer.size());
    }

    private ObjectNode document(StoredImage base, Details details) throws IOException {
        JsonNode read = new ObjectMapper().readTree(store.blobs().read(base.id(), ImageConfig.MAX_BYTES));
        if (!(read instanceof ObjectNode document)) {
            throw new InvalidSpecException("the configuration of the container's image is damaged: pull it again");
        }
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        document.put("created", now);
        // These docker fields describe the container in which the base image was built.
        document.remove(List.of("container", "container_config", "id", "parent", "docker_version"));
        if (!details.author().isEmpty()) {
            document.put("author", details.author());
        }
        ObjectNode run = document.withObjectProperty("config");
        details.changes().forEach(change -> ImportedTree.apply(change, run));
        keepLastVariables(run);
        ObjectNode step =
                history(document, base).addObject().put("created", now).put("created_by", "rustyrun commit");
        if (!details.author().isEmpty()) {
            step.put("author", details.author());
        }
        if (!details.message().isEmpty()) {
            step.put("comment", details.message());
        }
        return document;
    }

    /** The history, padded to one step for each layer, because some images have fewer. */
    private static ArrayNode history(ObjectNode document, StoredImage base) {
        ArrayNode history = document.withArrayProperty("history");
        long said = 0;
        for (JsonNode step : history) {
            said += step.path("empty_layer").asBoolean() ? 0 : 1;
        }
        for (; said < base.layers().size(); said++) {
            history.addObject().put("created_by", "unknown");
        }
        return history;
    }

    private static void keepLastVariables(ObjectNode run) {
        Map<String, String> all = new LinkedHashMap<>();
        run.path("Env").forEach(variable -> all.put(variable.asText().replaceFirst("(?s)=.*", ""), variable.asText()));
        if (!all.isEmpty()) {
            all.values().forEach(run.putArray("Env")::add);
        }
    }
}
