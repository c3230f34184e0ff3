package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Removes images from the store, and blobs and layers that no image needs any more. */
public final class ImageRemoval {

    private final ImageStore store;
    private final LayerDisposal disposal;

    ImageRemoval(ImageStore store, LayerDisposal disposal) {
        this.store = store;
        this.disposal = disposal;
    }

    /**
     * Removes a name, and the image itself with its last name. An id removes the image with all its names.
     *
     * @param force whether to remove an image by its id although it has several names, or although containers use it
     * @return one line for each removed name or image
     * @throws InvalidSpecException when the image does not exist, or must not be removed
     */
    public List<String> remove(String text, boolean force) {
        List<String> done = new ArrayList<>();
        try (StoreLock lock = store.change()) {
            StoredImage image = store.get(text);
            List<ImageReference> names = store.namesOf(image);
            List<ImageReference> tags =
                    names.stream().filter(name -> name.digest().isEmpty()).toList();
            boolean byId = isIdOf(image, names, text);
            if (byId && tags.size() > 1 && !force) {
                throw new ImageException(
                        ImageException.Kind.IN_USE,
                        "image " + text + " has several names ("
                                + String.join(
                                        ", ",
                                        tags.stream()
                                                .map(ImageReference::familiar)
                                                .toList())
                                + "): remove one of them, or all with --force");
            }
            List<ImageReference> removable = byId ? names : List.of(withoutTag(ImageReference.parse(text)));
            boolean last = tags.stream().allMatch(removable::contains);
            if (last) {
                check(image, force);
            }
            for (ImageReference name : last ? names : removable) {
                store.removeName(name);
                done.add("Untagged: " + name.familiar());
            }
            if (last) {
                store.removeRecord(image.manifestDigest());
                done.add("Deleted: " + image.id());
            }
        } catch (IOException e) {
            throw store.unwritable(e);
        }
        collect();
        return done;
    }

    private static boolean isIdOf(StoredImage image, List<ImageReference> names, String text) {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        return (image.id().hex().startsWith(hex) || image.manifestDigest().hex().startsWith(hex))
                && (text.startsWith("sha256:") || hex.length() == 64 || !names.contains(ImageReference.parse(hex)));
    }

    private static ImageReference withoutTag(ImageReference name) {
        return name.digest().map(name::withDigest).orElse(name);
    }

    private void check(StoredImage image, boolean force) {
        disposal.release(List.of(image.manifestDigest()));
        if (!force && disposal.used(List.of(image.manifestDigest())).contains(image.manifestDigest())) {
            List<String> users = disposal.users(image.manifestDigest()).stream()
                    .map(Printable::shown)
                    .toList();
            String user =
                    switch (users.size()) {
                        case 0 ->
                            " is held by warm launches of a service that does not discard them: continue or end that"
                                    + " service";
                        case 1 -> " is used by container " + users.get(0) + ": delete that first";
                        default ->
                            " is used by " + users.size() + " containers, such as " + users.get(0)
                                    + ": delete them first";
                    };
            throw new ImageException(
                    ImageException.Kind.IN_USE,
                    "image " + image.id().shortHex() + user + ", or remove the image with --force");
        }
    }

    /**
     * Removes images without a tag, or all that no container uses, and everything that no image needs.
     *
     * @param all whether to remove images with a tag too
     */
    public Pruned prune(boolean all) {
        List<Digest> removed = new ArrayList<>();
        int kept = 0;
        try (StoreLock lock = store.change()) {
            List<ImageStore.Listed> candidates = store.list().stream()
                    .filter(image -> all || image.tags().isEmpty())
                    .toList();
            List<Digest> manifests =
                    candidates.stream().map(image -> image.image().manifest()).toList();
            disposal.release(manifests);
            Set<Digest> used = disposal.used(manifests);
            for (ImageStore.Listed image : candidates) {
                if (used.contains(image.image().manifest())) {
                    kept++;
                } else {
                    for (ImageReference name : image.names()) {
                        store.removeName(name);
                    }
                    store.removeRecord(image.image().manifest());
                    removed.add(image.image().id());
                }
            }
        } catch (IOException e) {
            throw store.unwritable(e);
        }
        return new Pruned(removed, kept, collect());
    }

    /**
     * The result of {@link #prune}.
     *
     * @param removed ids of the removed images
     * @param kept how many images were kept, because containers or warm launches use them
     * @param bytes the size of the removed blobs
     */
    public record Pruned(List<Digest> removed, int kept, long bytes) {}

    /**
     * Removes blobs and unpacked layers that no image needs, and files that killed processes have left. Does nothing
     * while another process fetches or reads blobs; a later removal will do it.
     *
     * @return how many bytes the removed blobs took
     */
    public long collect() {
        if (!store.folder().check()) {
            return 0;
        }
        Optional<StoreLock> alone = store.tryLockBlobs();
        if (alone.isEmpty()) {
            return 0;
        }
        try (StoreLock lock = alone.get()) {
            Set<Digest> needed = new HashSet<>();
            Set<Digest> layers = new HashSet<>();
            for (ImageRecord image : store.records()) {
                needed.add(image.manifest());
                needed.add(image.id());
                image.layers().forEach(layer -> {
                    needed.add(layer.digest());
                    layers.add(layer.diffId());
                });
            }
            store.folder().removePartial();
            store.collectReady();
            long freed = store.blobs().retain(needed);
            disposal.retain(layers);
            return freed;
        } catch (IOException e) {
            throw store.unwritable(e);
        }
    }

    /**
     * The disk usage of the store.
     *
     * @param bytes the size of all blobs
     * @param unpacked the size of the files in unpacked layers
     * @param reclaimable the size of blobs that no used image needs
     */
    public record Usage(int images, long bytes, long unpacked, long reclaimable) {}

    /** The disk usage of the store. */
    public Usage usage() {
        List<ImageRecord> all = store.folder().check() ? store.records() : List.of();
        Set<Digest> used = disposal.used(all.stream().map(ImageRecord::manifest).toList());
        Map<Digest, Long> kept = new HashMap<>();
        for (ImageRecord image : all) {
            if (used.contains(image.manifest())) {
                image.layers().forEach(layer -> kept.put(layer.digest(), layer.size()));
            }
        }
        long bytes = store.blobs().size();
        return new Usage(
                all.size(),
                bytes,
                store.room().layers(),
                Math.max(
                        0,
                        bytes
                                - kept.values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum()));
    }
}
