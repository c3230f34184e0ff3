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

/** The layers that containers have over their images, in a folder of the image store; and the unpacked layers below them. */
public final class ContainerLayers implements LayerDisposal {

    static final String IMAGE = "image";
    static final String STORE = "store";
    static final String LAYERS = "layers";
    static final String VOLUMES = "volumes";
    /** A file that one has whose container was not started yet; what it says is known to that alone. */
    static final String CREATED = "created";
    /** What that file is called from the start on: who starts may be killed. */
    static final String ADOPTED = "adopted";
    /** After so many seconds, one without an owner is not being made any more. */
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

    /** The folder that has them. */
    static String folder(ImageStore images) {
        return images.root() + "/containers";
    }

    /** Makes that folder, which nobody else may look into: set-user-id programs are in it. */
    static void makeFolder(Linux linux, String folder) {
        if (linux.exists(folder)) {
            FileStatus status = linux.status(FileFlag.AT_FDCWD, folder);
            if (!status.isDirectory()
                    || !status.isOnlyWritableBy(linux.userId())
                    || (status.permissions() & 0077) != 0) {
                throw new InvalidSpecException("the folder " + folder
                        + " is not used: others can look into it; look at what is in it, then" + " chmod 700 it");
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
        // It is made with the first image.
        while (!linux.exists(place)) {
            place = place.substring(0, Math.max(1, place.lastIndexOf('/')));
        }
        try (OpenFile open = new OpenFile(linux, linux.open(place, FOLDER & ~FileFlag.O_NOFOLLOW))) {
            new LayerQuota(linux).unlimited(open, folder).ifPresent(why -> {
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

    /** The manifest of the image that the container {@code id} comes from, if it comes from one. */
    public static Optional<Digest> imageOf(Linux linux, String id) {
        return find(linux, id).map(place -> Digest.parse(linux.readFile(place + "/" + IMAGE)));
    }

    /**
     * Removes the layer of the deleted container {@code id}, if it has one.
     *
     * @param store that had the container: one of another store can have the same id
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
        // A copy into it ends first.
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
     * @throws InvalidSpecException when a container of another store than {@code store} has it
     */
    static void checkUnused(Linux linux, String folder, String id, String store) {
        String owner = owner(linux, folder, id);
        if (!isFree(linux, folder, id) || owner.endsWith("\nkept") && !owner.equals(store + "\nkept")) {
            throw new InvalidSpecException("a container " + Printable.shown(id) + " of another --root has its files in "
                    + folder + ": take another name");
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

    /** The store that has the container of the layer {@code id}, and whether that stays; empty when it is being made. */
    private static String owner(Linux linux, String folder, String id) {
        try {
            return linux.readFile(folder + "/" + id + "/" + STORE);
        } catch (LinuxException e) {
            return "";
        }
    }

    /** Its files may belong to other ids in a user namespace of an ordinary user, and are removed there. */
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
     * Removes layers that killed processes left.
     *
     * @return what was removed, a line each
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
            if (isLeft(id)) {
                remove(id);
                lines.add("removed layer of container " + id);
            }
        }
        return lines;
    }

    private boolean isLeft(String id) {
        try (OpenFile open = new OpenFile(linux, linux.open(folder + "/" + id, FOLDER))) {
            // One that runs has it locked; one that is being made has not written down yet whose it is.
            if (!linux.lockIfFree(open.descriptor())) {
                return false;
            }
            if (!linux.exists(folder + "/" + id + "/" + STORE)) {
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
                used.add(Digest.parse(linux.readFile(folder + "/" + id + "/" + IMAGE)));
            } catch (LinuxException | InvalidSpecException e) {
                // It is being made, or just removed.
            }
        }
        used.retainAll(all);
        return used;
    }

    @Override
    public void retain(Set<Digest> needed) {
        Set<String> names = new HashSet<>();
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
