package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The writable layer of a container over its image: a folder on disk with the upper and work directory of an overlay,
 * the container's volumes and the files that Rustyrun provides. The folder is locked while the container is made and
 * runs. A layer that is neither locked nor to be kept was left by a killed process.
 */
final class ContainerLayer {

    private static final int FOLDER = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;

    private final Linux linux;
    private final SelfExec self;
    private final String folder;
    private final String id;
    private final Spec.Image image;
    private final List<String> volumes;
    private final String token;
    private OpenFile lock;
    /** Whether {@link #make} has made the layer or taken it over. */
    private boolean owned;

    private boolean adopted;

    /**
     * @param folder the folder with the layers of all containers
     * @param volumes the image's volumes that the container gets
     * @param token the token of a layer that was made before the start; empty for none
     */
    ContainerLayer(
            Linux linux,
            SelfExec self,
            String folder,
            String id,
            Spec.Image image,
            List<String> volumes,
            String token) {
        this.linux = linux;
        this.self = self;
        this.folder = folder;
        this.id = id;
        this.image = image;
        this.volumes = volumes;
        this.token = token;
    }

    /** The folder of this layer. */
    String path() {
        return folder + "/" + id;
    }

    /**
     * {@code spec} with this layer as its root, and with the volumes and the provided files mounted over those of the
     * image.
     */
    Spec locate(Spec spec) {
        List<Spec.Mount> mounts = new ArrayList<>();
        List<String> options = new ArrayList<>(List.of("bind", "private", "nosuid", "nodev"));
        if (spec.mapsRootfs()) {
            options.add("idmap");
        }
        for (String volume : volumes) {
            mounts.add(new Spec.Mount(volume, "bind", Spec.Image.volume(path(), mounts.size()), options));
        }
        int number = 0;
        for (String path : image.files().keySet()) {
            mounts.add(new Spec.Mount(path, "bind", path() + "/file" + number++, List.of("bind", "private")));
        }
        // The caller's mounts come later and cover these.
        int own = (int) spec.mounts().stream()
                .takeWhile(mount -> !mount.type().equals("bind"))
                .count();
        List<Spec.Mount> all = new ArrayList<>(spec.mounts());
        all.addAll(own, mounts);
        return spec.withRoot(new Spec.Root(
                        path(), spec.root().readonly(), spec.root().image()))
                .withMounts(all);
    }

    /**
     * Makes the layer, or takes over the one with this token.
     *
     * @param store the folder of the container's store
     */
    void make(String store) {
        ContainerLayers.makeFolder(linux, folder);
        try {
            linux.makeDirectory(path(), 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            if (adopt(store)) {
                return;
            }
            // The store has no container with this name, so the layer is stale or belongs to another store.
            ContainerLayers.checkUnused(linux, folder, id, store);
            ContainerLayers.remove(linux, self, folder, id);
            linux.makeDirectory(path(), 0700);
        }
        owned = true;
        lock = new OpenFile(linux, linux.open(path(), FOLDER));
        linux.lock(lock.descriptor());
        if (image.most() > 0) {
            limit();
        }
        write(ContainerLayers.IMAGE, image.name());
        write(ContainerLayers.LAYERS, String.join("\n", image.layers()));
        write(ContainerLayers.STORE, store + "\n" + (image.kept() ? "kept" : "running"));
        if (!volumes.isEmpty()) {
            write(ContainerLayers.VOLUMES, String.join("\n", volumes));
        }
        for (int volume = 0; volume < volumes.size(); volume++) {
            linux.makeDirectory(Spec.Image.volume(path(), volume), 0755);
        }
        FileStatus model = linux.status(image.model());
        for (String name : List.of("upper", "work", "root")) {
            linux.makeDirectory(lock.descriptor(), name, 0755);
        }
        if (linux.isRoot()) {
            linux.changeOwner(lock.descriptor(), "upper", model.uid(), model.gid());
        }
        linux.changeMode(lock.descriptor(), "upper", model.permissions());
        writeFiles();
    }

    /** Sets the quota while the folder is empty: only files that are created later are counted. */
    private void limit() {
        boolean limited = false;
        try {
            new LayerQuota(linux).limit(lock, folder, image.most());
            limited = true;
        } finally {
            if (!limited) {
                lock.close();
                lock = null;
                ContainerLayers.remove(linux, self, folder, id);
            }
        }
    }

    private void writeFiles() {
        int number = 0;
        for (String text : image.files().values()) {
            String name = "file" + number++;
            write(name, text);
            linux.changeMode(lock.descriptor(), name, 0644);
        }
    }

    /** Marks the layer as that of a warm launch, which must not keep its image from being removed. */
    void markWaiting() {
        write(ContainerLayers.WAITING, "");
    }

    /** Ends {@link #markWaiting}: from now on the container uses its image. */
    void markTaken() {
        linux.removeFile(lock.descriptor(), ContainerLayers.WAITING);
    }

    /** Whether the image is to be removed, so that a launch that only waits should be discarded. */
    boolean isUnwanted() {
        return linux.exists(path() + "/" + ContainerLayers.UNWANTED);
    }

    /** Makes the layer for a container that is started later; until then, files can be copied into it. */
    void makeBeforeStart(String store, String token) {
        make(store);
        write(ContainerLayers.CREATED, token);
        lock.close();
        lock = null;
    }

    /** Takes over the layer that was made for this container before its start; returns whether one exists. */
    private boolean adopt(String store) {
        String prefix = path() + "/";
        if (token.isEmpty()
                || !has(prefix + ContainerLayers.CREATED) && !has(prefix + ContainerLayers.ADOPTED)
                || !linux.readFile(prefix + ContainerLayers.STORE).startsWith(store + "\n")
                || !linux.readFile(prefix + ContainerLayers.IMAGE).equals(image.name())
                || !linux.readFile(prefix + ContainerLayers.LAYERS).equals(String.join("\n", image.layers()))) {
            return false;
        }
        lock = new OpenFile(linux, linux.open(path(), FOLDER));
        // Waits for a copy into the layer that may be in progress.
        linux.lock(lock.descriptor());
        owned = true;
        adopted = true;
        for (int number = 0; number < image.files().size(); number++) {
            linux.removeFile(lock.descriptor(), "file" + number);
        }
        writeFiles();
        if (linux.exists(prefix + ContainerLayers.CREATED)) {
            linux.rename(lock.descriptor(), ContainerLayers.CREATED, ContainerLayers.ADOPTED);
        }
        return true;
    }

    private boolean has(String file) {
        return linux.exists(file) && linux.readFile(file).equals(token);
    }

    private void write(String name, String text) {
        try (OpenFile file = new OpenFile(linux, linux.createNew(lock.descriptor(), name, 0600))) {
            linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Removes the layer, or keeps it until its container is deleted. A layer that {@link #make} refused to replace
     * belongs to another container and is left as it is.
     *
     * @param hasRun whether the container has run: the layer of a container that could not be made is not kept
     */
    void end(boolean hasRun) {
        unlock();
        if (owned && (!image.kept() || !hasRun && !adopted)) {
            ContainerLayers.remove(linux, self, folder, id);
        }
    }

    /** Unlocks the layer. */
    void unlock() {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
