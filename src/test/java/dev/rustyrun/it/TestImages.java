package dev.rustyrun.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** An image store of the test's own; images are built layer by layer. */
final class TestImages {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    private final Path root;

    /** Makes a store in {@code root}. */
    TestImages(Path root) throws IOException {
        this.root = root;
        for (String folder : List.of("", "names", "images", "blobs", "blobs/sha256")) {
            Files.createDirectories(root.resolve(folder));
        }
    }

    /** Adds an image with these tar streams as its layers, the lowest first. */
    void add(String name, String config, List<byte[]> layers) throws IOException {
        ObjectNode document =
                JSON.createObjectNode().put("architecture", "amd64").put("os", "linux");
        document.set("config", JSON.readTree(config));
        ArrayNode diffIds = document.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        ObjectNode manifest = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", MANIFEST);
        ObjectNode record = JSON.createObjectNode();
        ArrayNode blobs = JSON.createArrayNode();
        for (byte[] layer : layers) {
            ByteArrayOutputStream gzip = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
                out.write(layer);
            }
            diffIds.add(digest(layer));
            blobs.addObject()
                    .put("mediaType", "application/vnd.oci.image.layer.v1.tar+gzip")
                    .put("digest", blob(gzip.toByteArray()))
                    .put("size", gzip.size());
        }
        byte[] described = bytes(document);
        String id = blob(described);
        manifest.putObject("config")
                .put("mediaType", "application/vnd.oci.image.config.v1+json")
                .put("digest", id)
                .put("size", described.length);
        manifest.set("layers", blobs);
        String digest = blob(bytes(manifest));
        record.put("manifest", digest).put("mediaType", MANIFEST).put("id", id).put("size", described.length);
        record.put("created", "")
                .put("os", "linux")
                .put("architecture", "amd64")
                .put("variant", "");
        record.set("layers", blobs.deepCopy());
        for (int i = 0; i < layers.size(); i++) {
            ((ObjectNode) record.path("layers").get(i)).put("diffId", digest(layers.get(i)));
        }
        Files.write(root.resolve("images/" + digest.replace(':', '-')), bytes(record));
        Files.writeString(root.resolve("names/docker.io=library=" + name + ":latest"), digest);
    }

    private String blob(byte[] bytes) throws IOException {
        String digest = digest(bytes);
        Files.write(root.resolve("blobs/" + digest.replace(':', '/')), bytes);
        return digest;
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
