package dev.rustyrun.container;

import dev.rustyrun.image.Digest;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.LayerDisposal;
import dev.rustyrun.image.layer.LayerStore;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.TreeRemoval;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The writable layers of containers, in a folder of the image store, and the disposal of unpacked image layers that no
 * container needs.
 */
public final class ContainerLayers implements LayerDisposal {

    static final String IMAGE = "image";
    static final String STORE = "store";
    static final String LAYERS = "layers";
    static final String VOLUMES = "volumes";
    /** A file in the layer of a container that was not started yet. It holds a token that only this container knows. */
    static final String CREATED = "created";
    /**
     * The name of that file from the start on. The file is renamed and not removed, because the starting process may be
     * killed and the start repeated.
     */
    static final String ADOPTED = "adopted";
    /** A file in the layer of a warm launch, which no container uses yet. */
    static final String WAITING = "waiting";
    /** A file in the layer of a warm launch whose service should discard it, because its image is to be removed. */
    static final String UNWANTED = "unwanted";
    /** How long a removal waits for a service to discard its warm launches; services look once a second. */
    private static final long RELEASE_MILLIS = 5_000;

    private static final long RELEASE_PAUSE_MILLIS = 20;
    /** A layer without a recorded store that is older than this was left unfinished. */
    private static final long UNFINISHED_SECONDS = 600;

    private static final int FOLDER = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;

    private final Linux linux;
    private final SelfExec self;
    private final ImageStore images;
    private final String folder;

    public ContainerLayers(Linux linux, SelfExec self) {
        this(linux, self, ImageStore.open(linux));
    }

    ContainerLayers(Linux linux, SelfExec self, ImageStore images) {
        this.linux = linux;
        this.self = self;
        this.images = images;
        this.folder = folder(images);
    }

    /** The folder with the layers of all containers. */
    static String folder(ImageStore images) {
        return images.root() + "/containers";
    }

    /** Makes that folder. Other users may not enter it, because it can contain set-user-id programs. */
    static void makeFolder(Linux linux, String folder) {
        if (linux.exists(folder)) {
            FileStatus status = linux.status(FileFlag.AT_FDCWD, folder);
            if (!status.isDirectory()
                    || !status.isOnlyWritableBy(linux.userId())
                    || (status.permissions() & 0077) != 0) {
                throw new InvalidSpecException("the folder " + folder
                        + " is refused: others can enter it; check its contents, then chmod 700 it");
            }
            return;
        }
        try {
            linux.makeDirectory(folder, 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw new InvalidSpecException("the folder " + folder + " cannot be made: " + e.getMessage());
            }
        }
    }

    /**
     * Checks that layers of containers can be limited in size, as {@code setting} says.
     *
     * @throws InvalidSpecException when they cannot
     */
    public static void checkLimited(Linux linux, String setting) {
        String folder = folder(ImageStore.open(linux));
        String place = folder;
        // The folder is made with the first image; until then, its nearest existing parent is checked.
        while (!linux.exists(place)) {
            place = place.substring(0, Math.max(1, place.lastIndexOf('/')));
        }
        try (OpenFile open = new OpenFile(linux, linux.open(place, FOLDER & ~FileFlag.O_NOFOLLOW))) {
            new LayerQuota(linux).whyNotLimitable(open, folder).ifPresent(why -> {
                throw new InvalidSpecException(setting + ": " + why);
            });
        }
    }

    /** The folder of the layer of the container {@code id}, if it has one. */
    public static Optional<String> find(Linux linux, String id) {
        try {
            String place = folder(ImageStore.open(linux)) + "/" + ContainerId.checked(id);
            return linux.exists(place + "/" + LAYERS) ? Optional.of(place) : Optional.empty();
        } catch (InvalidSpecException e) {
            return Optional.empty();
        }
    }

    /** The manifest digest of the image of the container {@code id}, if it has one. */
    public static Optional<Digest> imageOf(Linux linux, String id) {
        return find(linux, id).map(place -> Digest.parse(linux.readFile(place + "/" + IMAGE)));
    }

    /**
     * Removes the layer of the deleted container {@code id}, if it has one.
     *
     * @param store the store that had the container: a container of another store can have the same id
     */
    public static void forget(Linux linux, SelfExec self, String store, String id) {
        ContainerLayers layers;
        try {
            layers = new ContainerLayers(linux, self);
        } catch (InvalidSpecException e) {
            // A user without a folder for images has no containers from images.
            return;
        }
        layers.forget(store, id);
    }

    private void forget(String store, String id) {
        String place = folder + "/" + ContainerId.checked(id);
        if (!owner(linux, folder, id).startsWith(store + "\n")) {
            return;
        }
        // Waits for a copy into the layer that may be in progress.
        try (OpenFile open = new OpenFile(linux, linux.open(place, FOLDER))) {
            linux.lock(open.descriptor());
            remove(linux, self, folder, id);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private void remove(String id) {
        remove(linux, self, folder, id);
    }

    /**
     * Checks that the layer {@code id} is a stale one.
     *
     * @throws InvalidSpecException when it belongs to a container of another store than {@code store}
     */
    static void checkUnused(Linux linux, String folder, String id, String store) {
        String owner = owner(linux, folder, id);
        if (!isFree(linux, folder, id) || owner.endsWith("\nkept") && !owner.equals(store + "\nkept")) {
            throw new InvalidSpecException("a container " + Printable.shown(id) + " of another --root has its files in "
                    + folder + ": choose another name");
        }
    }

    private static boolean isFree(Linux linux, String folder, String id) {
        try (OpenFile open = new OpenFile(linux, linux.open(folder + "/" + id, FOLDER))) {
            return linux.lockIfFree(open.descriptor());
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }

    /**
     * The store of the container of the layer {@code id} and whether the layer is kept; empty while it is being made.
     */
    private static String owner(Linux linux, String folder, String id) {
        try {
            return linux.readFile(folder + "/" + id + "/" + STORE);
        } catch (LinuxException e) {
            return "";
        }
    }

    /**
     * Removes a layer. For an ordinary user its files may belong to subordinate ids, so they are removed in a process
     * inside a user namespace.
     */
    static void remove(Linux linux, SelfExec self, String folder, String id) {
        if (linux.isRoot()) {
            remove(linux, folder, id);
        } else {
            new StoreProcess(linux, self).perform(StoreProcess.REMOVE, folder, id);
        }
    }

    static void remove(Linux linux, String folder, String id) {
        try (OpenFile open = new OpenFile(linux, linux.open(folder, FOLDER))) {
            try (OpenFile layer =
                    new OpenFile(linux, linux.openWithoutLinks(open.descriptor(), ContainerId.checked(id), FOLDER))) {
                LayerQuota.free(linux, layer);
            } catch (LinuxException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
            TreeRemoval.remove(linux, open, ContainerId.checked(id));
        }
    }

    private List<String> ids() {
        List<String> all = new ArrayList<>();
        if (linux.exists(folder)) {
            try (OpenFile open = new OpenFile(linux, linux.open(folder, FOLDER))) {
                for (List<String> some = linux.nextNames(open.descriptor());
                        !some.isEmpty();
                        some = linux.nextNames(open.descriptor())) {
                    some.stream().filter(ContainerId::isId).forEach(all::add);
                }
            }
        }
        return all;
    }

    /**
     * Removes stale layers, which killed processes left.
     *
     * @return one line for each removed layer
     */
    public static List<String> removeLeft(Linux linux, SelfExec self) {
        try {
            return new ContainerLayers(linux, self).removeLeft();
        } catch (InvalidSpecException e) {
            return List.of();
        }
    }

    private List<String> removeLeft() {
        List<String> lines = new ArrayList<>();
        for (String id : ids()) {
            if (isStale(id)) {
                remove(id);
                lines.add("removed layer of container " + id);
            }
        }
        return lines;
    }

    private boolean isStale(String id) {
        try (OpenFile open = new OpenFile(linux, linux.open(folder + "/" + id, FOLDER))) {
            // The layer of a running container is locked; a layer that is being made has no recorded store yet.
            if (!linux.lockIfFree(open.descriptor())) {
                return false;
            }
            if (!linux.exists(folder + "/" + id + "/" + STORE)) {
                // The image is recorded under the lock, so whoever recorded it no longer makes the layer.
                if (linux.exists(folder + "/" + id + "/" + IMAGE)) {
                    return true;
                }
                long seconds = linux.status(open.descriptor()).modified();
                return Instant.now().getEpochSecond() - seconds > UNFINISHED_SECONDS;
            }
            return !linux.readFile(folder + "/" + id + "/" + STORE).endsWith("\nkept");
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Set<Digest> used(List<Digest> all) {
        Set<Digest> used = new HashSet<>();
        for (String id : ids()) {
            try {
                Digest image = Digest.parse(linux.readFile(folder + "/" + id + "/" + IMAGE));
                // A stale layer belongs to no container, which the user could delete to make the image free.
                if (all.contains(image) && !used.contains(image) && !isStale(id)) {
                    used.add(image);
                }
            } catch (LinuxException | InvalidSpecException e) {
                // The layer is being made, or was just removed.
            }
        }
        return used;
    }

    @Override
    public List<String> users(Digest image) {
        List<String> users = new ArrayList<>();
        for (String id : ids()) {
            try {
                if (image.equals(Digest.parse(linux.readFile(folder + "/" + id + "/" + IMAGE)))
                        && !linux.exists(folder + "/" + id + "/" + WAITING)
                        && !isStale(id)) {
                    users.add(id);
                }
            } catch (LinuxException | InvalidSpecException e) {
                // The layer is being made, or was just removed.
            }
        }
        return users;
    }

    @Override
    public void release(List<Digest> unwanted) {
        long end = System.nanoTime() + RELEASE_MILLIS * 1_000_000;
        // In a loop, because a service may begin another launch before it has seen the first mark.
        while (isAwaited(unwanted) && System.nanoTime() < end) {
            try {
                Thread.sleep(RELEASE_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Marks all layers of waiting launches of these images; returns whether there are any. */
    private boolean isAwaited(List<Digest> images) {
        boolean awaited = false;
        for (String id : ids()) {
            try {
                if (linux.exists(folder + "/" + id + "/" + WAITING)
                        && images.contains(Digest.parse(linux.readFile(folder + "/" + id + "/" + IMAGE)))
                        && !isFree(linux, folder, id)) {
                    awaited = true;
                    markUnwanted(id);
                }
            } catch (LinuxException | InvalidSpecException e) {
                // The launch has just been used or discarded.
            }
        }
        return awaited;
    }

    private void markUnwanted(String id) {
        try (OpenFile layer = new OpenFile(linux, linux.open(folder + "/" + id, FOLDER))) {
            linux.close(linux.createNew(layer.descriptor(), UNWANTED, 0600));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** The hashes of the layers that containers use, also of images that were removed by force. */
    private Set<String> usedLayers() {
        Set<String> used = new HashSet<>();
        for (String id : ids()) {
            try {
                String trees = linux.readFile(folder + "/" + id + "/" + LAYERS);
                if (!isStale(id)) {
                    trees.lines().map(LayerStore::hexOf).forEach(used::add);
                }
            } catch (LinuxException e) {
                // The layer is being made, or was just removed.
            }
        }
        return used;
    }

    @Override
    public void retain(Set<Digest> needed) {
        Set<String> names = new HashSet<>(usedLayers());
        needed.forEach(digest -> names.add(digest.hex()));
        if (linux.isRoot()) {
            new LayerStore(linux, images.layers()).retain(names);
        } else {
            List<String> words = new ArrayList<>(List.of(images.layers().toString()));
            words.addAll(names);
            new StoreProcess(linux, self).perform(StoreProcess.RETAIN, words.toArray(String[]::new));
        }
    }
}
