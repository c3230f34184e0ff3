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
 * The images of a user. Blobs are files called by their digest; an image is a record of its blobs; a name is a file that holds the
 * digest of a manifest. Each of these files is whole or missing, and is written after what it refers to, so that a process that
 * is killed anywhere leaves only files that {@link ImageRemoval#collect} removes.
 *
 * <p>Two locks: the short one, {@code lock}, is held while names and records change; the long one, {@code blobs.lock}, is shared
 * by all that fetch or read blobs, and held alone by what removes blobs.
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

    /** This user's store: root's in {@code /var/lib/rustyrun/images}, an ordinary user's in {@code $XDG_DATA_HOME/rustyrun}. */
    public static ImageStore open(Linux linux) {
        return open(linux, StoreFolder.placeOf(linux));
    }

    /** The store at {@code root}, which is made when something is first put into it. */
    public static ImageStore open(Linux linux, Path root) {
        StoreFolder folder = new StoreFolder(linux, root);
        return new ImageStore(
                linux, folder, LayerDisposal.NONE, new StoreRoom(linux, folder, () -> StoreLimit.read(linux)));
    }

    /** The same store with this limit. */
    ImageStore within(StoreLimit limit) {
        return new ImageStore(linux, folder, disposal, new StoreRoom(linux, folder, () -> Optional.of(limit)));
    }

    /** The same store, for one who keeps unpacked layers. */
    public ImageStore with(LayerDisposal other) {
        return new ImageStore(linux, folder, other, room);
    }

    /** Where it is. */
    public Path root() {
        return folder.root();
    }

    /** Where unpacked layers are, each in a directory that is called by its diffId's hexadecimal digits. */
    public Path layers() {
        return folder.path("layers");
    }

    /** How much more it may take. */
    public StoreRoom room() {
        return room;
    }

    Blobs blobs() {
        return blobs;
    }

    StoreFolder folder() {
        return folder;
    }

    /** Keeps every process from removing blobs until it is closed. */
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
     * The image of a name, or of an id or the beginning of one.
     *
     * @throws InvalidSpecException when {@code text} is neither, or the beginning of several ids
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
                    "image " + Printable.quoted(text) + " is no id: ids are hexadecimal digits");
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
                    "several images have an id that begins with " + hex + ": give more of its digits");
        }
        return found.stream().findFirst().map(this::stored);
    }

    /** The image of a name. */
    public Optional<StoredImage> find(ImageReference name) {
        folder.check();
        return digestOf(name).flatMap(this::record).map(this::stored);
    }

    /** The image whose manifest is called so. */
    public Optional<StoredImage> find(Digest manifest) {
        folder.check();
        return record(manifest).map(this::stored);
    }

    /** What the manifest of the image of this name is called. */
    Optional<Digest> digestOf(ImageReference name) {
        // With a digest, the tag says nothing.
        ImageReference exact = name.digest().map(name::withDigest).orElse(name);
        return read(folder.path(NAMES).resolve(fileOf(exact)), MAX_NAME_FILE).map(text -> Digest.parse(text.strip()));
    }

    void removeName(ImageReference name) throws IOException {
        Files.deleteIfExists(folder.path(NAMES).resolve(fileOf(name)));
    }

    void removeRecord(Digest manifest) throws IOException {
        Files.deleteIfExists(folder.path(RECORDS).resolve(fileOf(manifest)));
    }

    /** The lock of those who fetch or read blobs, alone, unless there are any. */
    Optional<StoreLock> ifNobodyReads() {
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

    /** What is written down of the image whose manifest is called so. */
    Optional<ImageRecord> record(Digest manifest) {
        Path file = folder.path(RECORDS).resolve(fileOf(manifest));
        return read(file, Manifest.MAX_BYTES)
                .map(text -> ImageRecord.parse(file.toString(), text.getBytes(StandardCharsets.UTF_8)));
    }

    List<ImageRecord> records() {
        List<ImageRecord> all = new ArrayList<>();
        for (String file : folder.names(RECORDS)) {
            record(new Digest(file.replaceFirst("-.*", ""), file.replaceFirst(".*-", "")))
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

    /** The names of an image; those with a digest are what it was pulled as. It takes a look at the names of all images. */
    public List<ImageReference> namesOf(StoredImage image) {
        return names().getOrDefault(image.manifestDigest(), List.of());
    }

    /** All names, by the digest of the manifest that they lead to. */
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
     * @param names its names; those with a digest are what it was pulled as
     */
    public record Listed(ImageRecord image, List<ImageReference> names) {

        /** Its names that people gave. */
        public List<ImageReference> tags() {
            return names.stream().filter(name -> name.digest().isEmpty()).toList();
        }
    }

    /** All images, in no order that means anything. */
    public List<Listed> list() {
        folder.check();
        Map<Digest, List<ImageReference>> names = names();
        return records().stream()
                .map(image -> new Listed(image, names.getOrDefault(image.manifest(), List.of())))
                .toList();
    }

    /**
     * Writes down an image, all of whose blobs are here, and gives it names. The caller holds the blobs.
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
        return StoreLock.alone(linux, folder.path("lock"));
    }

    /**
     * Gives an image one more name, which another image may lose.
     *
     * @throws InvalidSpecException when there is no such image, or the name has a digest
     */
    public void tag(String image, ImageReference name) {
        if (name.digest().isPresent()) {
            throw new InvalidSpecException("a new name has a tag and no digest: " + name.familiar());
        }
        try (StoreLock lock = change()) {
            write(name, get(image).manifestDigest());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * The image of a name or an id.
     *
     * @throws InvalidSpecException when there is none
     */
    public StoredImage get(String text) {
        return find(text)
                .orElseThrow(() -> new ImageException(
                        ImageException.Kind.UNKNOWN,
                        "no such image: " + Printable.shown(text)
                                + "; rustyrun images lists those that are here, rustyrun pull gets one"));
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
