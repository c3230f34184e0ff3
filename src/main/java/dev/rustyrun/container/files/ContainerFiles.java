package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.stage.SelfExec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Access to the files of containers. A running container shows its mounts too; before its start and after its end only
 * the files on disk exist. A path is resolved in the container's root as the container resolves it; see
 * {@link RootFiles}.
 */
public final class ContainerFiles {

    private final Linux linux;
    private final SelfExec self;
    private final Containers containers;
    private final RunningRoot running;

    /** The files of {@code containers}. */
    public ContainerFiles(Linux linux, SelfExec self, ContainerStore store, Containers containers) {
        this.linux = linux;
        this.self = self;
        this.containers = containers;
        this.running = new RunningRoot(linux, store);
    }

    /**
     * Checks that {@code path} of {@code folder}'s container can be read.
     *
     * @throws ContainerException when it cannot
     */
    public void checkReadable(ContainerFolder folder, LaunchedWith launched, String path) throws InterruptedException {
        Optional<StoredTree> stored = stored(folder, launched);
        if (stored.isPresent()) {
            stored.get().check(path);
            return;
        }
        try (OpenFile root = rootToRead(folder, launched)) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                checkOwn(folder, launched, root, start, path);
                files.checkReadable(start, path);
            }
        }
    }

    /**
     * Writes the file or tree at {@code path} as a tar stream.
     *
     * @param strict whether an unreadable file is a failure; otherwise it is omitted
     */
    public void read(ContainerFolder folder, LaunchedWith launched, String path, boolean strict, OutputStream out)
            throws IOException, InterruptedException {
        Optional<StoredTree> stored = stored(folder, launched);
        if (stored.isPresent()) {
            stored.get().read(path, out);
            return;
        }
        try (OpenFile root = rootToRead(folder, launched)) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                checkOwn(folder, launched, root, start, path);
                files.read(start, path, strict, FileOwners.of(idsOf(folder)), out);
            }
        }
    }

    /**
     * Unpacks a tar stream into the directory {@code path} of {@code folder}'s container.
     *
     * @param most the maximum size of {@code body}, in bytes @throws ContainerException when it cannot be unpacked
     *        completely
     */
    public Unpacked write(ContainerFolder folder, LaunchedWith launched, String path, InputStream body, long most)
            throws InterruptedException {
        if (launched.readOnly()) {
            throw ContainerException.conflict("the container is read-only");
        }
        Optional<StoredTree> stored = stored(folder, launched);
        if (stored.isPresent()) {
            return stored.get().write(path, new LimitedInput(body, most));
        }
        try (OpenFile root = rootToWrite(folder, launched)) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile base = files.find(path)) {
                checkOwn(folder, launched, root, base, path);
                files.checkDirectory(base, path);
                ContainerIds ids = idsOf(folder);
                TreeUnpacking unpacking = new TreeUnpacking(
                        linux, base, root, RoomGuard.of(linux, launched, root, base), FileOwners.of(ids));
                try (ContainerIds.Acting acting = ids.actAsRoot(linux)) {
                    files.unpack(unpacking, new LimitedInput(body, most));
                }
                return unpacking.unpacked();
            }
        }
    }

    /**
     * Checks that {@code file} is on a mount of the container alone. On a host directory without mapped ids, the
     * container's root has no special rights, and must not get this service's rights.
     */
    private void checkOwn(ContainerFolder folder, LaunchedWith launched, OpenFile root, OpenFile file, String path) {
        if (!launched.hasForeignMounts() || !containers.status(folder).isAlive()) {
            return;
        }
        if (!running.isOwn(folder.id(), root, file)) {
            throw ContainerException.conflict("path \"" + path
                    + "\" is on a directory of the host's whose ids are not mapped" + " (rustyrun.mapped-mounts)");
        }
    }

    /**
     * The id mappings of the container. The files of a stopped container have the ids of its root file system,
     * unmapped.
     */
    private ContainerIds idsOf(ContainerFolder folder) {
        return containers.status(folder).isAlive()
                ? running.ids(folder.id())
                        .orElseThrow(() -> ContainerException.conflict("the container has just ended"))
                : ContainerIds.HOSTS;
    }

    /** The files of a container from an image while it does not run. */
    private Optional<StoredTree> stored(ContainerFolder folder, LaunchedWith launched) {
        return launched.isLayered()
                        && !launched.isEphemeral()
                        && !containers.status(folder).isAlive()
                ? StoredTree.ofLayer(linux, self, folder.id())
                : Optional.empty();
    }

    private OpenFile rootToWrite(ContainerFolder folder, LaunchedWith launched) throws InterruptedException {
        boolean waits = containers.status(folder).isAlive() || launched.isEphemeral();
        return waits
                ? containers.running().awaitMade(folder, () -> running.open(folder.id()))
                : rootToRead(folder, launched);
    }

    private OpenFile rootToRead(ContainerFolder folder, LaunchedWith launched) throws InterruptedException {
        ContainerStatus status = containers.status(folder);
        if (status.isAlive()) {
            return containers.running().awaitMade(folder, () -> running.open(folder.id()));
        }
        if (launched.isLayered()) {
            throw ContainerException.conflict("a container of an image has files only while it runs");
        }
        if (status == ContainerStatus.CREATED || launched.readOnly() || !launched.isEphemeral()) {
            return new OpenFile(linux, linux.open(launched.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }
        throw ContainerException.conflict(
                "the container's files were discarded at its end; they can be read only while it runs");
    }
}
