package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads the images of an archive into the store: of a docker archive by its {@code manifest.json}, of an OCI layout by
 * its index.
 */
final class ArchiveLoad {

    private static final String DOCKER_LIST = "manifest.json";
    private static final String OCI_LIST = "index.json";
    private static final String OCI_LAYOUT = "oci-layout";
    /**
     * The annotations with the name of an image in an index: the first is of containerd and docker, the second of the
     * OCI image-spec.
     */
    private static final List<String> NAMES = List.of("io.containerd.image.name", "org.opencontainers.image.ref.name");

    private static final int MAX_NESTING = 3;

    private final ImageStore store;
    private final ArchiveFiles files;
    private final List<String> loaded = new ArrayList<>();

    ArchiveLoad(ImageStore store, ArchiveFiles files) {
        this.store = store;
        this.files = files;
    }

    List<String> load(Platform platform) throws IOException {
        if (files.has(DOCKER_LIST)) {
            DocumentField list = DocumentField.read(DOCKER_LIST, files.read(DOCKER_LIST, Manifest.MAX_BYTES));
            for (DocumentField image : list.elements()) {
                loadDocker(image);
            }
        } else if (files.has(OCI_LAYOUT) && files.has(OCI_LIST)) {
            ManifestIndex index = ManifestIndex.parse(OCI_LIST, files.read(OCI_LIST, Manifest.MAX_BYTES));
            List<ManifestIndex.Entry> images = index.entries().stream()
                    .filter(ManifestIndex.Entry::isImage)
                    .toList();
            for (ManifestIndex.Entry entry : images) {
                boolean wanted = entry.isIndex()
                        || images.size() == 1
                        || entry.platform().os().isEmpty()
                        || platform.accepts(entry.platform());
                if (wanted) {
                    loadOci(entry, platform);
                }
            }
        } else {
            throw new InvalidSpecException(
                    "the archive has no images: neither " + DOCKER_LIST + " (docker save) nor " + OCI_LAYOUT + " and "
                            + OCI_LIST + " (OCI); for the tar of a root file system, use rustyrun import");
        }
        if (loaded.isEmpty()) {
            throw new InvalidSpecException("the archive has no image for " + platform + "; choose with --platform");
        }
        return loaded;
    }

    private void loadDocker(DocumentField image) throws IOException {
        byte[] json = files.read(image.field("Config").text(), ImageConfig.MAX_BYTES);
        ImageConfig config = ImageConfig.parse(json);
        List<String> names = image.field("Layers").texts();
        if (names.size() != config.diffIds().size()) {
            throw image.wrong("lists " + names.size() + " layers, and its configuration "
                    + config.diffIds().size());
        }
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            layers.add(storeLayer(names.get(i), config.diffIds().get(i)));
        }
        Descriptor configBlob = store.blobs().add(Manifest.OCI_CONFIG, json);
        byte[] manifest = ManifestWriter.write(configBlob, layers);
        put(manifest, config, image.field("RepoTags").texts());
    }

    /**
     * Stores a layer of a docker archive and checks it against its diffId: these archives have no other digest of a
     * layer.
     */
    private Descriptor storeLayer(String name, Digest diffId) throws IOException {
        ArchiveFiles.File file = files.get(name);
        Digest digest = file.digest().isPresent() ? file.digest().get() : ManifestWriter.digest(file.path());
        if (!digest.equals(diffId)) {
            Digest tar = ManifestWriter.unpacked(file.path()).digest();
            if (!tar.equals(diffId)) {
                throw new WrongBlobException("the layer " + name + " has another digest than the configuration says, "
                        + tar + " instead of " + diffId);
            }
        }
        Descriptor blob = new Descriptor(ManifestWriter.mediaType(file.path()), digest, file.size());
        files.store(name, blob, store.blobs());
        return blob;
    }

    private void loadOci(ManifestIndex.Entry entry, Platform platform) throws IOException {
        Descriptor chosen = entry.manifest();
        byte[] json = manifest(chosen);
        for (int depth = 0; ManifestIndex.isIndex("the archive's manifest", json); depth++) {
            if (depth == MAX_NESTING) {
                throw new InvalidSpecException("the archive has lists of lists, more than " + MAX_NESTING + " deep");
            }
            chosen = ManifestIndex.parse("the archive's list", json).select("the archive's image", platform);
            json = manifest(chosen);
        }
        Manifest manifest = Manifest.parse("the archive's manifest", chosen.mediaType(), json);
        files.store(nameOf(manifest.config().digest()), manifest.config(), store.blobs());
        ImageConfig config =
                ImageConfig.parse(store.blobs().read(manifest.config().digest(), ImageConfig.MAX_BYTES));
        for (Descriptor layer : manifest.layers()) {
            files.store(nameOf(layer.digest()), layer, store.blobs());
        }
        put(json, config, name(entry.annotations()).map(List::of).orElse(List.of()));
    }

    private byte[] manifest(Descriptor blob) throws IOException {
        byte[] json = files.read(nameOf(blob.digest()), Manifest.MAX_BYTES);
        Digest found = Digest.of(blob.digest().algorithm(), blob.digest().hash().digest(json));
        if (json.length != blob.size() || !found.equals(blob.digest())) {
            throw new WrongBlobException("the archive's manifest " + blob.digest() + " has another digest or size");
        }
        return json;
    }

    private static String nameOf(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    /** The image name in the annotations. A tag alone is not a name: it only distinguishes the images of a layout. */
    private static Optional<String> name(Map<String, String> annotations) {
        return NAMES.stream()
                .filter(annotations::containsKey)
                .map(annotations::get)
                .filter(name -> name.contains("/") || name.contains(":"))
                .findFirst();
    }

    private void put(byte[] json, ImageConfig config, List<String> names) throws IOException {
        Digest digest = Digest.of(json);
        Manifest manifest = Manifest.parse("the manifest", "", json);
        ImageRecord image = ImageRecord.of(digest, manifest, config);
        List<ImageReference> references =
                names.stream().map(ImageReference::parse).toList();
        store.blobs().add(digest, json);
        store.put(image, references);
        if (references.isEmpty()) {
            loaded.add(image.id().toString());
        }
        references.forEach(name -> loaded.add(name.familiar()));
    }
}
