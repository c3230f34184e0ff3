package dev.rustyrun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes manifests for images that have none. */
final class ManifestWriter {

    private static final byte GZIP = 0x1f;
    private static final byte ZSTD = 0x28;

    private ManifestWriter() {}

    static byte[] write(Descriptor config, List<Descriptor> layers) {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("schemaVersion", 2).put("mediaType", Manifest.OCI);
        put(json.putObject("config"), config);
        ArrayNode array = json.putArray("layers");
        layers.forEach(layer -> put(array.addObject(), layer));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode put(ObjectNode json, Descriptor blob) {
        return json.put("mediaType", blob.mediaType())
                .put("digest", blob.digest().toString())
                .put("size", blob.size());
    }

    /** The media type of a layer, detected by its first byte. */
    static String mediaType(Path layer) throws IOException {
        try (InputStream in = Files.newInputStream(layer)) {
            return switch (in.read()) {
                case GZIP -> Manifest.OCI_LAYER + "+gzip";
                case ZSTD -> Manifest.OCI_LAYER + "+zstd";
                default -> Manifest.OCI_LAYER;
            };
        }
    }

    /** The digest of a file. */
    static Digest digest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in).digest();
        }
    }

    /** The digest and the size of the uncompressed tar in a layer's blob. */
    static Descriptor unpacked(Path layer) throws IOException {
        try (InputStream in = LayerStream.open(layer)) {
            return read(in);
        }
    }

    private static Descriptor read(InputStream in) throws IOException {
        try (ContentHash hash = ContentHash.of(Digest.SHA256)) {
            long size = 0;
            byte[] buffer = new byte[Blobs.BUFFER];
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                hash.update(buffer, 0, got);
                size += got;
            }
            return new Descriptor(Manifest.OCI_LAYER, hash.digest(), size);
        }
    }
}
