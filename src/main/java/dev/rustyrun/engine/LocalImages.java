package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.image.Digest;
import dev.rustyrun.image.ImageArchive;
import dev.rustyrun.image.ImageConfig;
import dev.rustyrun.image.ImageLogin;
import dev.rustyrun.image.ImagePull;
import dev.rustyrun.image.ImageReference;
import dev.rustyrun.image.ImageRemoval;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.Platform;
import dev.rustyrun.image.RegistrySettings;
import dev.rustyrun.image.StoredImage;
import dev.rustyrun.image.Transfer;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The images of this machine's user. All methods throw {@link InvalidSpecException} with a one-line reason when an
 * operation fails.
 */
public final class LocalImages implements Images {

    private final ImageStore store;

    /** Creates the images of {@code store}. */
    LocalImages(ImageStore store) {
        this.store = store;
    }

    /**
     * How to access registries.
     *
     * @param platform os/architecture[/variant]; empty for this machine's
     * @param tlsVerify whether certificates are verified; the settings may disable it too
     * @param plainHttp whether to use HTTP without TLS
     * @param authFile the file with credentials; empty for the default files
     */
    public record RegistryOptions(String platform, boolean tlsVerify, boolean plainHttp, String authFile) {

        RegistrySettings settings(String host) {
            return RegistrySettings.read().relaxed(host, tlsVerify, plainHttp);
        }

        Platform wanted() {
            return platform.isEmpty() ? Platform.host() : Platform.parse(platform);
        }

        Optional<Path> logins() {
            return authFile.isEmpty() ? Optional.empty() : Optional.of(Path.of(authFile));
        }
    }

    /**
     * Pulls an image; returns its id.
     *
     * @param messages receives progress and problems
     * @param quiet whether to print only problems
     */
    @Override
    public String pull(String name, RegistryOptions options, PrintStream messages, boolean quiet) {
        ImageReference reference = ImageReference.parse(name);
        Platform platform = options.wanted();
        Transfer transfer = new Transfer(messages, quiet);
        ImagePull pull = ImagePull.of(store, options.settings(reference.registry()), options.logins(), transfer);
        Digest id = pull.pull(reference, platform);
        transfer.end();
        return id.toString();
    }

    /** One row for each name, and one for each image without a name; the newest image first. */
    @Override
    public List<ImageRow> list() {
        return list(name -> true, true);
    }

    /** One row for each allowed name; images without an allowed name are omitted. */
    List<ImageRow> list(Predicate<ImageReference> allowed) {
        return list(allowed, false);
    }

    private List<ImageRow> list(Predicate<ImageReference> allowed, boolean nameless) {
        List<ImageRow> rows = new ArrayList<>();
        for (ImageStore.Listed image : store.list()) {
            List<ImageReference> names = (image.tags().isEmpty() ? image.names() : image.tags())
                    .stream().filter(allowed).toList();
            if (names.isEmpty() && nameless) {
                rows.add(row(image, "", ""));
            }
            names.forEach(
                    name -> rows.add(row(image, name.familiarName(), name.tag().orElse(""))));
        }
        rows.sort(Comparator.comparing(ImageRow::created)
                .reversed()
                .thenComparing(ImageRow::repository)
                .thenComparing(ImageRow::tag));
        return rows;
    }

    private static ImageRow row(ImageStore.Listed image, String repository, String tag) {
        return new ImageRow(
                image.image().id().toString(),
                repository,
                tag,
                image.image().manifest().toString(),
                image.image().created(),
                image.image().size(),
                image.image().platform());
    }

    /** Adds a name to an image. */
    public void tag(String image, String name) {
        store.tag(image, ImageReference.parse(name));
    }

    /** Removes a name; with the last name also the image. Returns the actions, one line each. */
    @Override
    public List<String> remove(String image, boolean force) {
        return store.remove(image, force);
    }

    /**
     * Removes images without a tag, or with {@code all} every image that no container uses; returns the actions, one
     * line each.
     */
    public List<String> prune(boolean all) {
        ImageRemoval.Pruned pruned = store.prune(all);
        List<String> lines = new ArrayList<>();
        pruned.removed().forEach(id -> lines.add("Deleted: " + id));
        if (pruned.kept() > 0) {
            lines.add("Kept: " + pruned.kept() + (pruned.kept() == 1 ? " image" : " images") + " in use");
        }
        lines.add("Reclaimed: " + pruned.bytes() + " bytes");
        return lines;
    }

    /** The image's JSON. */
    @Override
    public JsonNode inspect(String name) {
        return inspect(name, all -> true);
    }

    /** The image's JSON with only the allowed names. */
    JsonNode inspect(String name, Predicate<ImageReference> allowed) {
        StoredImage image = store.get(name);
        ImageConfig config = image.config();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", image.id().toString())
                .put("digest", image.manifestDigest().toString());
        add(
                json.putArray("names"),
                store.namesOf(image).stream()
                        .filter(allowed)
                        .map(ImageReference::familiar)
                        .toList());
        json.put("created", config.created())
                .put("os", config.os())
                .put("architecture", config.architecture())
                .put("variant", config.variant())
                .put(
                        "size",
                        image.layers().stream()
                                .mapToLong(StoredImage.LayerBlob::size)
                                .sum());
        ObjectNode run = json.putObject("config");
        add(run.putArray("entrypoint"), config.entrypoint());
        add(run.putArray("cmd"), config.cmd());
        add(run.putArray("env"), config.env());
        run.put("user", config.user()).put("workingDir", config.workingDir()).put("stopSignal", config.stopSignal());
        add(run.putArray("volumes"), config.volumes());
        add(run.putArray("exposedPorts"), config.exposedPorts());
        ObjectNode labels = run.putObject("labels");
        config.labels().forEach(labels::put);
        ArrayNode layers = json.putArray("layers");
        image.layers()
                .forEach(layer -> layers.addObject()
                        .put("digest", layer.digest().toString())
                        .put("mediaType", layer.mediaType())
                        .put("size", layer.size())
                        .put("diffId", layer.diffId().toString()));
        return json;
    }

    private static void add(ArrayNode array, Collection<String> texts) {
        texts.forEach(array::add);
    }

    /** The image's history: an object for each step, the newest first. */
    public List<JsonNode> history(String name) {
        StoredImage image = store.get(name);
        List<JsonNode> steps = new ArrayList<>();
        int layer = 0;
        for (ImageConfig.History step : image.config().history()) {
            long size = step.emptyLayer() || layer >= image.layers().size()
                    ? 0
                    : image.layers().get(layer++).size();
            steps.add(
                    0,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("created", step.created())
                            .put("createdBy", step.createdBy())
                            .put("size", size)
                            .put("comment", step.comment()));
        }
        return steps;
    }

    /**
     * The store's disk usage: {@code images} (their number), {@code size} (of their blobs), {@code unpacked} (of the
     * files in unpacked layers), {@code reclaimable} (what {@link #prune} of all would free) and {@code path}.
     */
    public JsonNode usage() {
        ImageRemoval.Usage usage = store.usage();
        return JsonNodeFactory.instance
                .objectNode()
                .put("images", usage.images())
                .put("size", usage.bytes())
                .put("unpacked", usage.unpacked())
                .put("reclaimable", usage.reclaimable())
                .put("path", store.root().toString());
    }

    /**
     * Loads images from an archive: docker's format, an OCI archive, or a directory with an OCI layout.
     *
     * @param path path of a file or directory; empty to read {@code in}
     * @return the loaded names, or ids
     */
    public List<String> load(String path, InputStream in, String platform) {
        return new ImageArchive(store).load(path, in, platform.isEmpty() ? Platform.host() : Platform.parse(platform));
    }

    /** Writes images to an archive; {@code format} is docker-archive, oci-archive or oci-dir. */
    public void save(List<String> images, String format, Optional<Path> file, OutputStream out) {
        new ImageArchive(store).save(images, format, file, out);
    }

    /** Creates an image with one layer from a tar of a root file system; returns its id. */
    public String importTree(String path, InputStream in, Optional<String> name, List<String> changes) {
        return new ImageArchive(store)
                .importTree(path, in, name.map(ImageReference::parse), changes)
                .toString();
    }

    /** Checks a login and stores it; returns the file that contains it. */
    public Path login(String registry, String user, String password, RegistryOptions options) {
        return new ImageLogin(options.logins())
                .login(registry, user, password, options.settings(ImageLogin.host(registry)));
    }

    /** Removes a login. */
    public void logout(String registry, RegistryOptions options) {
        new ImageLogin(options.logins()).logout(registry);
    }
}
