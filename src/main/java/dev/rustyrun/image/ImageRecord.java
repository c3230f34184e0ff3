package dev.rustyrun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The index entry of an image in the store, so that lists need not read manifests and configurations.
 *
 * @param manifest the digest of the manifest
 * @param mediaType the media type of the manifest
 * @param id the digest of the configuration
 * @param size the total size of the blobs, in bytes
 * @param created when the image was made, in RFC 3339 form; empty if unknown
 * @param layers the lowest first
 */
public record ImageRecord(
        Digest manifest,
        String mediaType,
        Digest id,
        long size,
        String created,
        String os,
        String architecture,
        String variant,
        List<Layer> layers) {

    /** The blob of a layer, and the digest of its uncompressed tar. */
    public record Layer(Digest digest, String mediaType, long size, Digest diffId) {}

    /** The record of an image with this manifest and configuration. */
    static ImageRecord of(Digest digest, Manifest manifest, ImageConfig config) {
        if (manifest.layers().size() != config.diffIds().size()) {
            throw new InvalidSpecException("the manifest " + digest + " lists "
                    + manifest.layers().size() + " layers, and its configuration "
                    + config.diffIds().size());
        }
        List<Layer> layers = new ArrayList<>();
        long size = manifest.config().size();
        for (int i = 0; i < manifest.layers().size(); i++) {
            Descriptor layer = manifest.layers().get(i);
            layers.add(new Layer(
                    layer.digest(),
                    layer.mediaType(),
                    layer.size(),
                    config.diffIds().get(i)));
            size += layer.size();
        }
        return new ImageRecord(
                digest,
                manifest.mediaType(),
                manifest.config().digest(),
                size,
                config.created(),
                config.os(),
                config.architecture(),
                config.variant(),
                layers);
    }

    /** The platform as {@code os/architecture[/variant]}. */
    public String platform() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }

    byte[] toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("manifest", manifest.toString())
                .put("mediaType", mediaType)
                .put("id", id.toString())
                .put("size", size)
                .put("created", created)
                .put("os", os)
                .put("architecture", architecture)
                .put("variant", variant);
        ArrayNode array = json.putArray("layers");
        layers.forEach(layer -> array.addObject()
                .put("digest", layer.digest().toString())
                .put("mediaType", layer.mediaType())
                .put("size", layer.size())
                .put("diffId", layer.diffId().toString()));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    static ImageRecord parse(String where, byte[] json) {
        DocumentField all = DocumentField.read(where, json);
        return new ImageRecord(
                all.field("manifest").digest(),
                all.field("mediaType").text(),
                all.field("id").digest(),
                all.field("size").size(),
                all.field("created").text(),
                all.field("os").text(),
                all.field("architecture").text(),
                all.field("variant").text(),
                all.field("layers").elements().stream()
                        .map(layer -> new Layer(
                                layer.field("digest").digest(),
                                layer.field("mediaType").text(),
                                layer.field("size").size(),
                                layer.field("diffId").digest()))
                        .toList());
    }
}
