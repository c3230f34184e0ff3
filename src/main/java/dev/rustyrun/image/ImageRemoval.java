package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes images out of the store, and what none needs any more. */
public final class ImageRemoval {

    private final ImageStore store;
    private final LayerDisposal disposal;

    ImageRemoval(ImageStore store, LayerDisposal disposal) {
        this.store = store;
        this.disposal = disposal;
    }

    /**
     * Removes a name, and the image with its last name. By its id an image is removed with all of its names.
     *
     * @param force whether an id may have several names, and containers may use the image
     * @return what was done, a line each
     * @throws InvalidSpecException when there is no such image, or it must not go
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
            List<ImageReference> going = byId ? names : List.of(withoutTag(ImageReference.parse(text)));
            boolean last = tags.stream().allMatch(going::contains);
            if (last) {
                check(image, force);
            }
            for (ImageReference name : last ? names : going) {
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
        if (!force && disposal.used(List.of(image.manifestDigest())).contains(image.manifestDigest())) {
            throw new ImageException(
                    ImageException.Kind.IN_USE,
                    "image " + image.id().shortHex()
                            + " is used by a container: delete that first, or remove the image with --force");
        }
    }

    /**
     * Removes images without a tag, or all that no container uses, and everything that no image needs.
     *
     * @param all whether images with a tag go too
     */
    public Pruned prune(boolean all) {
        List<Digest> removed = new ArrayList<>();
        try (StoreLock lock = store.change()) {
            List<ImageStore.Listed> candidates = store.list().stream()
                    .filter(image -> all || image.tags().isEmpty())
                    .toList();
            Set<Digest> used = disposal.used(
                    candidates.stream().map(image -> image.image().manifest()).toList());
            for (ImageStore.Listed image : candidates) {
                if (!used.contains(image.image().manifest())) {
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
        return new Pruned(removed, collect());
    }

    /**
     * What {@link #prune} did.
     *
     * @param removed ids of the images that are gone
     * @param bytes that their blobs took
     */
    public record Pruned(List<Digest> removed, long bytes) {}

    /**
     * Removes what no image needs: blobs, unpacked layers, and what killed processes left behind. While another process fetches
     * or reads blobs it does nothing; the next removal does it.
     *
     * @return how many bytes the blobs took
     */
    public long collect() {
        if (!store.folder().check()) {
            return 0;
        }
        Optional<StoreLock> alone = store.ifNobodyReads();
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
            long freed = store.blobs().retain(needed);
            disposal.retain(layers);
            return freed;
        } catch (IOException e) {
            throw store.unwritable(e);
        }
    }

    /**
     * What the store takes.
     *
     * @param bytes of all blobs
     * @param unpacked bytes of files in unpacked layers
     * @param reclaimable bytes of blobs that no used image needs
     */
    public record Usage(int images, long bytes, long unpacked, long reclaimable) {}

    /** What it takes. */
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
