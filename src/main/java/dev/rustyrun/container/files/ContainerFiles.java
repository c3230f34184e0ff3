package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerException;
import dev.rustyrun.container.ContainerException.Kind;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The files of containers. A path is resolved in the container's root as the container would do it, so that no link leads out
 * of that; man 2 openat2, RESOLVE_IN_ROOT.
 */
public final class ContainerFiles {

    private static final int MOST_ATTEMPTS = 100;

    private final Linux linux;
    private final Containers containers;
    private final RunningRoot running;

    /** The files of {@code containers}. */
    public ContainerFiles(Linux linux, ContainerStore store, Containers containers) {
        this.linux = linux;
        this.containers = containers;
        this.running = new RunningRoot(linux, store);
    }

    /**
     * Checks that {@code path} of {@code folder}'s container can be read.
     *
     * @throws ContainerException when it cannot
     */
    public void checkReadable(ContainerFolder folder, LaunchedWith launched, String path) throws InterruptedException {
        try (OpenFile root = rootToRead(folder, launched);
                OpenFile start = find(root, path)) {
            checkOwn(folder, launched, root, start, path);
            FileStatus status = linux.status(start.descriptor());
            if (!status.isDirectory() && !status.isRegularFile()) {
                throw wrong(path, "is neither a directory nor a file");
            }
        }
    }

    /**
     * Writes what is there as a tar stream.
     *
     * @param strict whether what cannot be read is a failure; else it is left out
     */
    public void read(ContainerFolder folder, LaunchedWith launched, String path, boolean strict, OutputStream out)
            throws IOException, InterruptedException {
        try (OpenFile root = rootToRead(folder, launched);
                OpenFile start = find(root, path)) {
            checkOwn(folder, launched, root, start, path);
            TreeArchive archive = new TreeArchive(linux, out, FileOwners.of(idsOf(folder)));
            (strict ? archive.strictly() : archive)
                    .write(start, path.replaceFirst("/+$", "").replaceFirst(".*/", ""));
        }
    }

    /**
     * Unpacks a tar stream into the directory {@code path} of {@code folder}'s container.
     *
     * @throws ContainerException when it cannot be, wholly
     */
    public Unpacked write(ContainerFolder folder, LaunchedWith launched, String path, InputStream body, long most)
            throws InterruptedException {
        if (launched.readOnly()) {
            throw ContainerException.conflict("the container is read-only");
        }
        try (OpenFile root = rootToWrite(folder, launched);
                OpenFile base = find(root, path)) {
            checkOwn(folder, launched, root, base, path);
            if (!linux.status(base.descriptor()).isDirectory()) {
                throw wrong(path, "is not a directory");
            }
            ContainerIds ids = idsOf(folder);
            TreeUnpacking unpacking =
                    new TreeUnpacking(linux, base, root, RoomGuard.of(linux, launched, root, base), FileOwners.of(ids));
            try (ContainerIds.Acting acting = ids.actAsRoot(linux)) {
                unpack(unpacking, new LimitedInput(body, most));
            }
            return unpacking.unpacked();
        }
    }

    private static void unpack(TreeUnpacking unpacking, LimitedInput in) {
        try {
            unpacking.unpack(Compression.refused(in));
        } catch (IOException e) {
            throw new ContainerException(
                    in.isExceeded() ? Kind.TOO_LARGE : Kind.INVALID_ARCHIVE,
                    in.isExceeded()
                            ? "the body has " + e.getMessage()
                            : "the body is not a tar stream: " + e.getMessage());
        }
    }

    /**
     * Checks that {@code file} is the container's own: over a directory of the host's whose ids are not mapped it has no more
     * rights than anybody, and shall not get this service's.
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

    /** One that does not run has its root file system as it is. */
    private ContainerIds idsOf(ContainerFolder folder) {
        return containers.status(folder).isAlive()
                ? running.ids(folder.id())
                        .orElseThrow(() -> ContainerException.conflict("the container has just ended"))
                : ContainerIds.HOSTS;
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
        if (status == ContainerStatus.CREATED || launched.readOnly() || !launched.isEphemeral()) {
            return new OpenFile(linux, linux.open(launched.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }
        throw ContainerException.conflict(
                "what the container wrote went with its end: its files can be read while it runs");
    }

    private OpenFile find(OpenFile root, String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw wrong(path, "is not an absolute path");
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return checked(path, new OpenFile(linux, linux.openInRoot(root.descriptor(), path, FileFlag.O_PATH)));
            } catch (LinuxException e) {
                if (e.errno() == Errno.ENOENT) {
                    throw ContainerException.notFound("there is no " + Printable.quoted(path) + " in the container");
                }
                // EAGAIN: a directory was moved while .. was resolved.
                if (e.errno() != Errno.EAGAIN || attempt == MOST_ATTEMPTS) {
                    throw wrong(path, "cannot be opened: " + Errno.describe(e.errno()));
                }
            }
        }
    }

    /** What the kernel shows there is not the container's, and what is written there takes effect with this service's rights. */
    private OpenFile checked(String path, OpenFile file) {
        if (linux.fileSystem(file.descriptor()).isOfTheKernel()) {
            file.close();
            throw wrong(path, "is the kernel's, and no file of the container");
        }
        return file;
    }

    private static ContainerException wrong(String path, String why) {
        return ContainerException.invalid("path", "path " + Printable.quoted(path) + " " + why);
    }
}
