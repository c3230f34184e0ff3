package dev.rustyrun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.image.StoredImage.LayerBlob;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes images of the store as archives that docker, podman and skopeo can read. The output is reproducible. */
final class ArchiveSave {

    private static final String DOCKER_ARCHIVE = "docker-archive";
    private static final String OCI_ARCHIVE = "oci-archive";
    private static final String OCI_DIRECTORY = "oci-dir";

    private final ImageStore store;
    private final Set<String> written = new HashSet<>();

    ArchiveSave(ImageStore store) {
        this.store = store;
    }

    void save(List<StoredImage> images, List<String> requested, String format, Optional<Path> file, OutputStream out)
            throws IOException {
        if (!List.of(DOCKER_ARCHIVE, OCI_ARCHIVE, OCI_DIRECTORY).contains(format)) {
            throw new InvalidSpecException(
                    "--format " + Printable.quoted(format) + " is unknown: use docker-archive, oci-archive or oci-dir");
        }
        if (format.equals(OCI_DIRECTORY)) {
            Path directory = file.orElseThrow(() ->
                    new InvalidSpecException("--format oci-dir needs --output DIR: a directory does not go to stdout"));
            checkEmpty(directory);
            writeOci(images, requested, new ArchiveSink.Directory(directory));
            return;
        }
        if (file.isEmpty()) {
            write(images, requested, format, out);
            return;
        }
        Path target = file.get().toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new InvalidSpecException(
                    Printable.quoted(target.toString()) + " is a directory: pass --output FILE, or --format oci-dir");
        }
        if (!Files.isDirectory(target.resolveSibling("."))) {
            throw new InvalidSpecException("the directory " + Printable.quoted(String.valueOf(target.getParent()))
                    + " for the archive does not exist");
        }
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try (OutputStream whole = Files.newOutputStream(beside)) {
            write(images, requested, format, whole);
            StoreFolder.move(beside, target);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void checkEmpty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> content = Files.list(directory)) {
                if (content.findAny().isPresent()) {
                    throw new InvalidSpecException("the directory " + directory + " is not empty");
                }
            }
        }
    }

    private void write(List<StoredImage> images, List<String> requested, String format, OutputStream out)
            throws IOException {
        try (ArchiveSink.Tar tar = new ArchiveSink.Tar(new BufferedOutputStream(out, Blobs.BUFFER))) {
            if (format.equals(OCI_ARCHIVE)) {
                writeOci(images, requested, tar);
            } else {
                writeDocker(images, requested, tar);
            }
        }
    }

    private void writeDocker(List<StoredImage> images, List<String> requested, ArchiveSink sink) throws IOException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < images.size(); i++) {
            StoredImage image = images.get(i);
            String config = image.id().hex() + ".json";
            copy(sink, config, store.blobs().path(image.id()));
            List<String> layers = new ArrayList<>();
            for (LayerBlob layer : image.layers()) {
                String name = layer.diffId().hex() + ".tar";
                layers.add(name);
                if (written.add(name)) {
                    Descriptor tar = ManifestWriter.unpacked(layer.file());
                    if (!tar.digest().equals(layer.diffId())) {
                        throw new WrongBlobException("the layer " + layer.digest()
                                + " does not match the diffId in the image: remove the image and pull it again");
                    }
                    try (InputStream in = LayerStream.open(layer.file())) {
                        sink.add(name, tar.size(), in);
                    }
                }
            }
            ObjectNode entry = list.addObject().put("Config", config);
            ArrayNode tags = entry.putArray("RepoTags");
            name(image, requested.get(i)).ifPresent(name -> tags.add(name.familiar()));
            ArrayNode names = entry.putArray("Layers");
            layers.forEach(names::add);
        }
        add(sink, "manifest.json", list.toString());
    }

    private void writeOci(List<StoredImage> images, List<String> requested, ArchiveSink sink) throws IOException {
        add(sink, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
        ObjectNode index =
                JsonNodeFactory.instance.objectNode().put("schemaVersion", 2).put("mediaType", ManifestIndex.OCI);
        ArrayNode list = index.putArray("manifests");
        for (int i = 0; i < images.size(); i++) {
            StoredImage image = images.get(i);
            ImageRecord record = store.record(image.manifestDigest())
                    .orElseThrow(() -> new InvalidSpecException("image " + image.id() + " was just removed"));
            Path manifest = store.blobs().path(record.manifest());
            copy(sink, nameOf(record.manifest()), manifest);
            copy(sink, nameOf(record.id()), store.blobs().path(record.id()));
            for (LayerBlob layer : image.layers()) {
                copy(sink, nameOf(layer.digest()), layer.file());
            }
            ObjectNode entry = ManifestWriter.put(
                    list.addObject(), new Descriptor(record.mediaType(), record.manifest(), Files.size(manifest)));
            name(image, requested.get(i))
                    .ifPresent(name -> entry.putObject("annotations")
                            .put("io.containerd.image.name", name.toString())
                            .put("org.opencontainers.image.ref.name", name.toString()));
        }
        add(sink, "index.json", index.toString());
    }

    /** The requested tag; empty for an image that was requested by its id, which has no name in the archive. */
    private Optional<ImageReference> name(StoredImage image, String requested) {
        return store.namesOf(image).stream()
                .filter(name -> name.digest().isEmpty())
                .filter(name -> !requested.startsWith("sha256:")
                        && requested.length() < 64
                        && ImageReference.parse(requested).equals(name))
                .findFirst();
    }

    private static String nameOf(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    private void copy(ArchiveSink sink, String name, Path file) throws IOException {
        if (written.add(name)) {
            try (InputStream in = Files.newInputStream(file)) {
                sink.add(name, Files.size(file), in);
            }
        }
    }

    private static void add(ArchiveSink sink, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sink.add(name, bytes.length, new ByteArrayInputStream(bytes));
    }
}
