package dev.rustyrun.container;

import dev.rustyrun.image.Digest;
import dev.rustyrun.image.ImageConfig;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.ReadyImage;
import dev.rustyrun.image.StoredImage;
import dev.rustyrun.image.layer.LayerStore;
import dev.rustyrun.image.layer.LayeredFiles;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An image as the root file system of a container: its unpacked layers, and its configuration of the process. */
public final class ImageRootfs {

    /** The annotation with the container's stop signal; OCI image-spec, conversion.md. */
    public static final String STOP_SIGNAL = "org.opencontainers.image.stopSignal";

    private static final int MAX_FILE = 4 << 20;
    private static final int MAX_VOLUMES = 100;
    /**
     * Prefixes of annotations that change how runtimes run a container. Labels of an image with these names are
     * ignored: an image may only describe itself.
     */
    private static final List<String> RUNTIME_ANNOTATIONS =
            List.of(Spec.OWN_ANNOTATIONS, "run.oci.", "io.podman.", "io.crun.", Spec.UNIT_PROPERTY_ANNOTATIONS);

    private final ImageStore images;
    private final LayerStore store;
    private final ReadyImage image;

    private ImageRootfs(ImageStore images, LayerStore store, ReadyImage image) {
        this.images = images;
        this.store = store;
        this.image = image;
    }

    /** When an image is fetched from its registry. */
    public enum Pull {
        ALWAYS,
        MISSING,
        NEVER;

        /** Parses the value of {@code --pull}. */
        public static Pull parse(String word) {
            for (Pull pull : values()) {
                if (pull.name().equalsIgnoreCase(word)) {
                    return pull;
                }
            }
            throw new InvalidSpecException(
                    "--pull " + Printable.quoted(word) + " is unknown: use always, missing or never");
        }
    }

    /**
     * The image with this name or id. It is pulled as {@code pull} says, and unpacked if its layers are not.
     *
     * @param platform {@code OS/ARCHITECTURE[/VARIANT]}; empty for this machine's
     * @throws InvalidSpecException when it is missing, or cannot be used
     */
    public static ImageRootfs of(Linux linux, SelfExec self, String name, Pull pull, String platform) {
        ImageStore images = ImageStore.open(linux);
        Optional<ImageRootfs> kept = pull == Pull.ALWAYS ? Optional.empty() : kept(linux, images, name, platform);
        if (kept.isPresent()) {
            return kept.get();
        }
        Optional<StoredImage> found = images.find(name);
        if (pull == Pull.ALWAYS || found.isEmpty() && pull == Pull.MISSING) {
            pull(linux, self, name, platform);
            found = images.find(name);
        }
        StoredImage image = found.orElseThrow(() -> new InvalidSpecException(
                "image " + Printable.shown(name) + " is not in the store: run rustyrun pull " + Printable.shown(name)));
        checkPlatform(name, image.config(), platform);
        unpack(linux, self, images, image);
        LayerStore store = new LayerStore(linux, images.layers());
        return unpacked(images.ready(image.manifestDigest()), store)
                .map(ready -> new ImageRootfs(images, store, ready))
                .orElseGet(() -> of(linux, images, image, store, name));
    }

    /**
     * The stored image whose manifest has the digest {@code name}. It is neither pulled nor unpacked.
     *
     * @param folder the folder of the image store; empty for this user's
     * @throws InvalidSpecException when it is missing, or not unpacked
     */
    public static ImageRootfs stored(String name, String folder) {
        Linux linux = Linux.host();
        return stored(linux, folder.isEmpty() ? ImageStore.open(linux) : ImageStore.open(linux, Path.of(folder)), name);
    }

    static ImageRootfs stored(Linux linux, ImageStore images, String name) {
        LayerStore store = new LayerStore(linux, images.layers());
        Optional<ReadyImage> ready = unpacked(images.ready(Digest.parse(name)), store);
        if (ready.isPresent()) {
            return new ImageRootfs(images, store, ready.get());
        }
        StoredImage image = images.find(Digest.parse(name))
                .orElseThrow(() -> new InvalidSpecException(
                        "image " + Printable.shown(name) + " has been removed from the store"));
        if (!isUnpacked(image, store)) {
            throw new InvalidSpecException("the layers of image " + Printable.shown(name) + " are not unpacked");
        }
        return of(linux, images, image, store, name);
    }

    /**
     * The image with this name, if it is unpacked and an earlier launch has stored its {@link ReadyImage}.
     *
     * @param platform as for {@link #of}
     * @throws InvalidSpecException when it is for another platform
     */
    public static Optional<ImageRootfs> kept(Linux linux, ImageStore images, String name, String platform) {
        LayerStore store = new LayerStore(linux, images.layers());
        return unpacked(images.ready(name), store).map(ready -> {
            checkPlatform(name, ready.config(), platform);
            return new ImageRootfs(images, store, ready);
        });
    }

    /** The digest of the image's manifest. */
    public String digest() {
        return image.manifest().toString();
    }

    /** {@code image}, unless a layer of it has been removed since it was kept. */
    private static Optional<ReadyImage> unpacked(Optional<ReadyImage> image, LayerStore store) {
        return image.filter(ready -> ready.layers().stream().allMatch(store::has));
    }

    private static boolean isUnpacked(StoredImage image, LayerStore store) {
        return image.layers().stream()
                .allMatch(layer -> store.has(layer.diffId().hex()));
    }

    /** Whether all layers of a stored image are unpacked. */
    public static boolean isReady(StoredImage image) {
        Linux linux = Linux.host();
        return isUnpacked(image, new LayerStore(linux, ImageStore.open(linux).layers()));
    }

    /**
     * Unpacks the layers of the image with this name.
     *
     * @throws InvalidSpecException when it is missing, or cannot be unpacked */
    public static void unpack(Linux linux, SelfExec self, String name) {
        ImageStore images = ImageStore.open(linux);
        unpack(linux, self, images, images.get(name));
    }

    /**
     * Checks that an image is for {@code platform}, unless that is empty.
     *
     * @throws InvalidSpecException when it is not
     */
    public static void checkPlatform(String name, StoredImage image, String platform) {
        checkPlatform(name, image.config(), platform);
    }

    /** Unpacks the layers of a stored image in a separate process, {@link StoreProcess}. */
    static void unpack(Linux linux, SelfExec self, ImageStore images, StoredImage image) {
        if (!isUnpacked(image, new LayerStore(linux, images.layers()))) {
            new StoreProcess(linux, self)
                    .perform(
                            StoreProcess.UNPACK,
                            images.root().toString(),
                            image.manifestDigest().toString());
        }
    }

    private static ImageRootfs of(Linux linux, ImageStore images, StoredImage image, LayerStore store, String name) {
        List<String> hashes = new ArrayList<>();
        image.layers().forEach(layer -> hashes.add(layer.diffId().hex()));
        Collections.reverse(hashes);
        if (hashes.isEmpty()) {
            throw new InvalidSpecException(
                    "image " + Printable.shown(name) + " has no layers: there is nothing to run");
        }
        List<String> layers = hashes.stream().distinct().toList();
        LayeredFiles files =
                new LayeredFiles(linux, layers.stream().map(store::tree).toList());
        ReadyImage ready = new ReadyImage(
                image.manifestDigest(),
                image.config(),
                layers,
                hashes.stream().filter(store::hasRootEntry).findFirst().orElse(layers.get(layers.size() - 1)),
                files.read("etc/passwd", MAX_FILE).orElse(""),
                files.read("etc/group", MAX_FILE).orElse(""));
        // A layer that was removed meanwhile may have been read as one without these files.
        if (unpacked(Optional.of(ready), store).isEmpty()) {
            throw new InvalidSpecException("image " + Printable.shown(name) + " has been removed from the store");
        }
        images.keepReady(image, ready);
        return new ImageRootfs(images, store, ready);
    }

    private static void pull(Linux linux, SelfExec self, String name, String platform) {
        List<String> words = new ArrayList<>(List.of("pull"));
        if (!platform.isEmpty()) {
            words.add("--platform=" + platform);
        }
        words.addAll(List.of("--", name));
        // Its output goes to the error output, so that it is not mixed with the container's output.
        int code = linux.await(self.startCommand(linux, words, -1, 2)).exitCode();
        if (code != 0) {
            throw new InvalidSpecException(
                    "image " + Printable.shown(name) + " could not be pulled: see above, or run rustyrun pull " + name);
        }
    }

    static void checkPlatform(String name, ImageConfig config, String platform) {
        String own = config.os() + "/" + config.architecture();
        String whole = config.variant().isEmpty() ? own : own + "/" + config.variant();
        if (!platform.isEmpty() && !platform.equals(own) && !platform.equals(whole)) {
            throw new InvalidSpecException("image " + Printable.shown(name) + " is for " + Printable.shown(whole)
                    + ", not for " + Printable.shown(platform) + ": pull it with --pull always");
        }
    }

    /** The folder with the writable layers of containers. */
    public String folder() {
        return ContainerLayers.folder(images);
    }

    /**
     * The image as a part of a Spec.
     *
     * @param texts the texts of provided files, by path
     * @param most how many bytes the container's layer may take; 0 for no limit
     */
    public Spec.Image layers(Map<String, String> texts, long most) {
        return new Spec.Image(
                image.manifest().toString(),
                image.layers().stream().map(store::tree).toList(),
                store.tree(image.model()),
                texts,
                volumes(),
                false,
                most);
    }

    /** The users and groups of the image. */
    public Users users() {
        return Users.parse(image.passwd(), image.group());
    }

    /**
     * The command of a container of this image.
     *
     * @param entrypoint replaces the image's entrypoint and its default arguments; an empty string removes both
     * @param words replace the image's default arguments, unless empty
     * @throws InvalidSpecException when the resulting command is empty
     */
    public List<String> command(Optional<String> entrypoint, List<String> words) {
        List<String> all = new ArrayList<>();
        if (entrypoint.isPresent()) {
            entrypoint.filter(program -> !program.isEmpty()).ifPresent(all::add);
            all.addAll(words);
        } else {
            all.addAll(image.config().entrypoint());
            all.addAll(words.isEmpty() ? image.config().cmd() : words);
        }
        if (all.isEmpty()) {
            throw new InvalidSpecException("the image has no command: pass one after the image name");
        }
        return all;
    }

    /** The environment variables of the image, as {@code NAME=VALUE}. */
    public List<String> env() {
        return image.config().env().stream()
                .filter(variable -> variable.indexOf('=') > 0 && variable.indexOf('\0') < 0)
                .toList();
    }

    /** The user of the command, as {@code USER[:GROUP]}. */
    public String user() {
        return image.config().user().isEmpty() ? "0" : image.config().user();
    }

    /** The absolute working directory of the command. */
    public String workingDirectory() {
        String directory = image.config().workingDir();
        return directory.isEmpty() ? "/" : directory.startsWith("/") ? directory : "/" + directory;
    }

    /** The image's volumes, each before those below it. Volumes in /proc, /sys and /dev are ignored. */
    private List<String> volumes() {
        List<String> volumes = image.config().volumes().stream()
                .filter(path -> path.startsWith("/") && path.indexOf('\0') < 0 && path.indexOf('\n') < 0)
                .map(path -> Path.of(path).normalize().toString())
                .filter(path -> path.length() > 1 && !path.matches("/(proc|sys|dev)(/.*)?"))
                .distinct()
                .sorted()
                .toList();
        if (volumes.size() > MAX_VOLUMES) {
            throw new InvalidSpecException(
                    "the image has " + volumes.size() + " volumes; a container can have " + MAX_VOLUMES);
        }
        return volumes;
    }

    /** The labels of a container of this image: the image's labels and its stop signal. */
    public Map<String, String> labels() {
        Map<String, String> all = new TreeMap<>();
        image.config().labels().forEach((name, value) -> {
            if (!name.isEmpty() && RUNTIME_ANNOTATIONS.stream().noneMatch(name::startsWith)) {
                all.put(name, value);
            }
        });
        if (!image.config().stopSignal().isEmpty()) {
            all.put(STOP_SIGNAL, image.config().stopSignal());
        }
        return all;
    }
}
