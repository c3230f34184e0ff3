package dev.rustyrun.image;

import dev.rustyrun.image.StoredImage.LayerBlob;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The images of a user. Blobs are files named by their digest; an image is a record of its blobs; a name is a file with
 * the digest of a manifest. Each file is written atomically, and after the files to which it refers. So a process that
 * is killed at any moment leaves only files that {@link ImageRemoval#collect} removes.
 *
 * <p>The store has two locks. {@code lock} is held exclusively, for a short time, while names and records change.
 * {@code blobs.lock} is shared by processes that fetch or read blobs, and held exclusively by a process that removes
 * blobs.
 */
public final class ImageStore {

    private static final String NAMES = "names";
    private static final String RECORDS = "images";
    private static final int MAX_NAME_FILE = 1024;
    private static final int MIN_ID = 4;

    private final Linux linux;
    private final StoreFolder folder;
    private final Blobs blobs;
    private final LayerDisposal disposal;
    private final StoreRoom room;

    private ImageStore(Linux linux, StoreFolder folder, LayerDisposal disposal, StoreRoom room) {
        this.linux = linux;
        this.folder = folder;
        this.blobs = new Blobs(linux, folder, room);
        this.disposal = disposal;
        this.room = room;
    }

    /** The store of this process's user. */
    public static ImageStore open() {
        return open(Linux.host());
    }

    /**
     * This user's store: {@code /var/lib/rustyrun/images} for root, {@code $XDG_DATA_HOME/rustyrun} for an ordinary
     * user, unless {@code $RUSTYRUN_IMAGES} is set.
     */
    public static ImageStore open(Linux linux) {
        return open(linux, StoreFolder.placeOf(linux));
    }

    /** The store at {@code root}, which is made when it is first written. */
    public static ImageStore open(Linux linux, Path root) {
        StoreFolder folder = new StoreFolder(linux, root);
        return new ImageStore(
                linux, folder, LayerDisposal.NONE, new StoreRoom(linux, folder, () -> StoreLimit.read(linux)));
    }

    /** This store with a size limit. */
    ImageStore within(StoreLimit limit) {
        return new ImageStore(linux, folder, disposal, new StoreRoom(linux, folder, () -> Optional.of(limit)));
    }

    /** This store with a disposal of unpacked layers. */
    public ImageStore with(LayerDisposal other) {
        return new ImageStore(linux, folder, other, room);
    }

    /** The folder of the store. */
    public Path root() {
        return folder.root();
    }

    /** The folder of unpacked layers, each in a directory named by the hexadecimal digits of its diffId. */
    public Path layers() {
        return folder.path("layers");
    }

    /** Accounts for the disk space of this store. */
    public StoreRoom room() {
        return room;
    }

    Blobs blobs() {
        return blobs;
    }

    StoreFolder folder() {
        return folder;
    }

    /** A shared lock that keeps every process from removing blobs until it is closed. */
    public StoreLock hold() {
        try {
            folder.make("");
        } catch (IOException e) {
            throw unwritable(e);
        }
        return StoreLock.shared(linux, folder.path("blobs.lock"));
    }

    InvalidSpecException unwritable(IOException e) {
        return new ImageException(
                StoreFolder.isFull(e) ? ImageException.Kind.FULL : ImageException.Kind.UNAVAILABLE,
                "the image store " + folder.root() + " cannot be written: " + Failures.of(e));
    }

    /**
     * The image with this name, or with this id or prefix of an id.
     *
     * @throws InvalidSpecException when {@code text} is neither, or a prefix of several ids
     */
    public Optional<StoredImage> find(String text) {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        boolean mayBeId = hex.length() >= MIN_ID && hex.length() <= 64 && Digest.isHex(hex);
        if (!text.startsWith("sha256:") && hex.length() < 64) {
            Optional<StoredImage> named = find(ImageReference.parse(text));
            if (named.isPresent() || !mayBeId) {
                return named;
            }
        }
        if (!mayBeId) {
            throw new ImageException(
                    ImageException.Kind.NAME,
                    "image " + Printable.quoted(text) + " is not an id: ids are hexadecimal digits");
        }
        Set<ImageRecord> found = new HashSet<>();
        for (ImageRecord image : records()) {
            if (image.id().hex().startsWith(hex) || image.manifest().hex().startsWith(hex)) {
                found.add(image);
            }
        }
        if (found.stream().map(ImageRecord::id).distinct().count() > 1) {
            throw new ImageException(
                    ImageException.Kind.NAME,
                    "several images have an id that begins with " + hex + ": use more digits");
        }
        return found.stream().findFirst().map(this::stored);
    }

    /** The image with this name. */
    public Optional<StoredImage> find(ImageReference name) {
        folder.check();
        return digestOf(name).flatMap(this::record).map(this::stored);
    }

    /** The image whose manifest has this digest. */
    public Optional<StoredImage> find(Digest manifest) {
        folder.check();
        return record(manifest).map(this::stored);
    }

    /**
     * The image with this name, if {@link #keepReady} has kept it. Its layers may have been removed since.
     *
     * @throws InvalidSpecException when {@code text} is not a name
     */
    public Optional<ReadyImage> ready(String text) {
        folder.check();
        return isDigest(text)
                ? Optional.empty()
                : digestOf(ImageReference.parse(text)).flatMap(this::ready);
    }

    /** The image whose manifest has this digest, if {@link #keepReady} has kept it. */
    public Optional<ReadyImage> ready(Digest manifest) {
        return linux.exists(folder.path(RECORDS).resolve(fileOf(manifest)).toString())
                ? ReadyImage.read(
                        linux,
                        folder.path(ReadyImage.FOLDER).resolve(fileOf(manifest)).toString(),
                        manifest)
                : Optional.empty();
    }

    /** Stores the facts about an image that later launches need. */
    public void keepReady(StoredImage image, ReadyImage ready) {
        ready.write(
                linux,
                folder.path(ReadyImage.FOLDER).toString(),
                fileOf(image.manifestDigest()),
                blobs.read(image.id(), ImageConfig.MAX_BYTES));
    }

    /** Removes the kept images that have no record, and files that killed processes have left there. */
    void collectReady() throws IOException {
        for (String name : folder.allNames(ReadyImage.FOLDER)) {
            if (!Files.exists(folder.path(RECORDS).resolve(name))) {
                Files.deleteIfExists(folder.path(ReadyImage.FOLDER).resolve(name));
            }
        }
    }

    private static boolean isDigest(String text) {
        return text.startsWith("sha256:") || text.length() >= 64 && Digest.isHex(text);
    }

    /** The digest of the manifest of the image with this name. */
    Optional<Digest> digestOf(ImageReference name) {
        // The digest takes precedence over the tag.
        ImageReference exact = name.digest().map(name::withDigest).orElse(name);
        return read(folder.path(NAMES).resolve(fileOf(exact)), MAX_NAME_FILE).map(text -> Digest.parse(text.strip()));
    }

    void removeName(ImageReference name) throws IOException {
        Files.deleteIfExists(folder.path(NAMES).resolve(fileOf(name)));
    }

    void removeRecord(Digest manifest) throws IOException {
        Files.deleteIfExists(folder.path(ReadyImage.FOLDER).resolve(fileOf(manifest)));
        Files.deleteIfExists(folder.path(RECORDS).resolve(fileOf(manifest)));
    }

    /** The exclusive lock on the blobs; empty while another process fetches or reads blobs. */
    Optional<StoreLock> tryLockBlobs() {
        return StoreLock.ifFree(linux, folder.path("blobs.lock"));
    }

    private static String fileOf(ImageReference name) {
        return name.toString().replace('/', '=');
    }

    private static String fileOf(Digest digest) {
        return digest.algorithm() + "-" + digest.hex();
    }

    private Optional<String> read(Path file, int most) {
        try {
            return Optional.of(UserFile.read(linux, file.toString(), most));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    /** The record of the image whose manifest has this digest. */
    Optional<ImageRecord> record(Digest manifest) {
        Path file = folder.path(RECORDS).resolve(fileOf(manifest));
        return read(file, Manifest.MAX_BYTES)
                .map(text -> ImageRecord.parse(file.toString(), text.getBytes(StandardCharsets.UTF_8)));
    }

    List<ImageRecord> records() {
        List<ImageRecord> all = new ArrayList<>();
        for (String file : folder.names(RECORDS)) {
            int dash = file.indexOf('-');
            record(new Digest(file.substring(0, Math.max(dash, 0)), file.substring(dash + 1)))
                    .ifPresent(all::add);
        }
        return all;
    }

    private StoredImage stored(ImageRecord image) {
        return new StoredImage(
                image.manifest(),
                image.id(),
                ImageConfig.parse(blobs.read(image.id(), ImageConfig.MAX_BYTES)),
                image.layers().stream()
                        .map(layer -> new LayerBlob(
                                layer.digest(),
                                layer.mediaType(),
                                layer.size(),
                                blobs.path(layer.digest()),
                                layer.diffId()))
                        .toList());
    }

    /** The names of an image; a name with a digest comes from a pull. Reads the names of all images. */
    public List<ImageReference> namesOf(StoredImage image) {
        return names().getOrDefault(image.manifestDigest(), List.of());
    }

    /** All names, by the digest of their manifest. */
    private Map<Digest, List<ImageReference>> names() {
        Map<Digest, List<ImageReference>> all = new HashMap<>();
        for (String file : folder.names(NAMES)) {
            ImageReference name = ImageReference.parse(file.replace('=', '/'));
            digestOf(name)
                    .ifPresent(manifest -> all.computeIfAbsent(manifest, none -> new ArrayList<>())
                            .add(name));
        }
        return all;
    }

    /**
     * An image in a list.
     *
     * @param names its names; a name with a digest comes from a pull
     */
    public record Listed(ImageRecord image, List<ImageReference> names) {

        /** The names without a digest. */
        public List<ImageReference> tags() {
            return names.stream().filter(name -> name.digest().isEmpty()).toList();
        }
    }

    /** All images, in no particular order. */
    public List<Listed> list() {
        folder.check();
        Map<Digest, List<ImageReference>> names = names();
        return records().stream()
                .map(image -> new Listed(image, names.getOrDefault(image.manifest(), List.of())))
                .toList();
    }

    /**
     * Stores the record of an image and gives it names. All blobs must be stored, and the caller must have called
     * {@link #hold}.
     *
     * @throws InvalidSpecException when the store cannot be written
     */
    void put(ImageRecord image, List<ImageReference> names) {
        try (StoreLock lock = change()) {
            folder.write(folder.make(RECORDS).resolve(fileOf(image.manifest())), image.toJson());
            for (ImageReference name : names) {
                write(name, image.manifest());
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void write(ImageReference name, Digest manifest) throws IOException {
        folder.write(folder.make(NAMES).resolve(fileOf(name)), (manifest + "\n").getBytes(StandardCharsets.UTF_8));
    }

    StoreLock change() throws IOException {
        folder.make("");
        return StoreLock.exclusive(linux, folder.path("lock"));
    }

    /**
     * Gives an image another name. An image that has this name loses it.
     *
     * @throws InvalidSpecException when the image does not exist, or the name has a digest
     */
    public void tag(String image, ImageReference name) {
        if (name.digest().isPresent()) {
            throw new InvalidSpecException("a new name must have a tag and no digest: " + name.familiar());
        }
        try (StoreLock lock = change()) {
            write(name, get(image).manifestDigest());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * The image with this name or id.
     *
     * @throws InvalidSpecException when it does not exist
     */
    public StoredImage get(String text) {
        return find(text)
                .orElseThrow(() -> new ImageException(
                        ImageException.Kind.UNKNOWN,
                        "no such image: " + Printable.shown(text)
                                + "; rustyrun images lists stored images, rustyrun pull fetches one"));
    }

    /** See {@link ImageRemoval#remove}. */
    public List<String> remove(String text, boolean force) {
        return new ImageRemoval(this, disposal).remove(text, force);
    }

    /** See {@link ImageRemoval#prune}. */
    public ImageRemoval.Pruned prune(boolean all) {
        return new ImageRemoval(this, disposal).prune(all);
    }

    /** See {@link ImageRemoval#collect}. */
    public long collect() {
        return new ImageRemoval(this, disposal).collect();
    }

    /** See {@link ImageRemoval#usage}. */
    public ImageRemoval.Usage usage() {
        return new ImageRemoval(this, disposal).usage();
    }
}
