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
 * The images of this machine's user, and what can be done with them. All methods throw {@link InvalidSpecException}, with one line
 * that says why, when something cannot be done.
 */
public final class LocalImages implements Images {

    private final ImageStore store;

    /** Those of {@code store}. */
    LocalImages(ImageStore store) {
        this.store = store;
    }

    /**
     * How registries are asked.
     *
     * @param platform as os/architecture[/variant]; empty for this machine's
     * @param tlsVerify whether certificates are checked, unless the settings say that they are not
     * @param plainHttp whether TLS is not used
     * @param authFile the file of logins; empty for the usual ones
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
     * Fetches an image; its id.
     *
     * @param messages where progress and problems are shown
     * @param quiet whether only problems are
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

    /** One row for each name, and one for each image without; the newest image first. */
    @Override
    public List<ImageRow> list() {
        return list(name -> true, true);
    }

    /** The same for names that are allowed; what has none of these is not shown. */
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

    /** Gives an image one more name. */
    public void tag(String image, String name) {
        store.tag(image, ImageReference.parse(name));
    }

    /** Removes a name, and the image with its last one; what was done, a line each. */
    @Override
    public List<String> remove(String image, boolean force) {
        return store.remove(image, force);
    }

    /** Removes images without a tag, or all that no container uses; what was done, a line each. */
    public List<String> prune(boolean all) {
        ImageRemoval.Pruned pruned = store.prune(all);
        List<String> lines = new ArrayList<>();
        pruned.removed().forEach(id -> lines.add("Deleted: " + id));
        lines.add("Reclaimed: " + pruned.bytes() + " bytes");
        return lines;
    }

    /** What is known of an image. */
    @Override
    public JsonNode inspect(String name) {
        return inspect(name, all -> true);
    }

    /** The same with those of its names that are allowed. */
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

    /** How an image was made: an object for each step, the last first. */
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
     * What the store takes: {@code images} (their number), {@code size} (of their blobs), {@code unpacked} (the size of files in
     * unpacked layers), {@code reclaimable} (what
     * {@link #prune} of all would free) and {@code path}.
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
     * Reads an archive of images: docker's, an OCI archive, or a directory with an OCI layout.
     *
     * @param path of a file or a directory; empty for {@code in}
     * @return what was loaded: names, or an id
     */
    public List<String> load(String path, InputStream in, String platform) {
        return new ImageArchive(store).load(path, in, platform.isEmpty() ? Platform.host() : Platform.parse(platform));
    }

    /** Writes images as an archive; {@code format} is docker-archive, oci-archive or oci-dir. */
    public void save(List<String> images, String format, Optional<Path> file, OutputStream out) {
        new ImageArchive(store).save(images, format, file, out);
    }

    /** Makes an image of one layer of the tar of a root file system; its id. */
    public String importTree(String path, InputStream in, Optional<String> name, List<String> changes) {
        return new ImageArchive(store)
                .importTree(path, in, name.map(ImageReference::parse), changes)
                .toString();
    }

    /** Tries a login, and writes it down; the file that has it now. */
    public Path login(String registry, String user, String password, RegistryOptions options) {
        return new ImageLogin(options.logins())
                .login(registry, user, password, options.settings(ImageLogin.host(registry)));
    }

    /** Removes a login. */
    public void logout(String registry, RegistryOptions options) {
        new ImageLogin(options.logins()).logout(registry);
    }
}
