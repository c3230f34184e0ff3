package dev.rustyrun.http;

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
import dev.rustyrun.spec.ContainerStatus;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The files of containers. A path is resolved in the container's root as the container would do it, so that no link leads out
 * of that; man 2 openat2, RESOLVE_IN_ROOT.
 */
@Singleton
final class ContainerFiles {

    private static final int MOST_ATTEMPTS = 100;

    private final Linux linux;
    private final Containers containers;
    private final RunningRoot running;

    ContainerFiles(Linux linux, Containers containers) {
        this.linux = linux;
        this.containers = containers;
        this.running = new RunningRoot(linux, ContainerStore.of(linux));
    }

    /**
     * Checks that {@code path} of {@code folder}'s container can be read.
     *
     * @throws ProblemException when it cannot
     */
    void checkReadable(ContainerFolder folder, String path) throws InterruptedException {
        try (OpenFile root = rootToRead(folder);
                OpenFile start = find(root, path)) {
            checkOwn(folder, root, start, path);
            FileStatus status = linux.status(start.descriptor());
            if (!status.isDirectory() && !status.isRegularFile()) {
                throw wrong(path, "is neither a directory nor a file");
            }
        }
    }

    /** Writes what is there as a tar stream. */
    void read(ContainerFolder folder, String path, OutputStream out) throws IOException, InterruptedException {
        try (OpenFile root = rootToRead(folder);
                OpenFile start = find(root, path)) {
            checkOwn(folder, root, start, path);
            new TreeArchive(linux, out, idsOf(folder))
                    .write(start, path.replaceFirst("/+$", "").replaceFirst(".*/", ""));
        }
    }

    /**
     * Unpacks a tar stream into the directory {@code path} of {@code folder}'s container.
     *
     * @throws ProblemException when it cannot be, wholly
     */
    TreeUnpacking write(ContainerFolder folder, String path, LimitedInput in) throws InterruptedException {
        LaunchRequest launch = LaunchRequest.of(folder.resolved());
        if (launch.readOnly()) {
            throw Problem.conflict("the container is read-only").exception();
        }
        try (OpenFile root = containers.running().awaitMade(folder, () -> running.open(folder.id()));
                OpenFile base = find(root, path)) {
            checkOwn(folder, root, base, path);
            if (!linux.status(base.descriptor()).isDirectory()) {
                throw wrong(path, "is not a directory");
            }
            ContainerIds ids = idsOf(folder);
            TreeUnpacking unpacking =
                    new TreeUnpacking(linux, base, root, RoomGuard.of(linux, launch, root, base), ids);
            try (ContainerIds.Acting acting = ids.actAsRoot(linux)) {
                unpack(unpacking, in);
            }
            return unpacking;
        }
    }

    private static void unpack(TreeUnpacking unpacking, LimitedInput in) {
        try {
            unpacking.unpack(Compression.refused(in));
        } catch (IOException e) {
            throw in.isExceeded()
                    ? Problem.of(413, "content-too-large", "the body has " + e.getMessage())
                            .exception()
                    : Problem.of(422, "invalid-archive", "the body is not a tar stream: " + e.getMessage())
                            .exception();
        }
    }

    /**
     * Checks that {@code file} is the container's own: over a directory of the host's whose ids are not mapped it has no more
     * rights than anybody, and shall not get this service's.
     */
    private void checkOwn(ContainerFolder folder, OpenFile root, OpenFile file, String path) {
        UserIds ids = UserIds.of(folder.description());
        if (ids.pool().isEmpty()
                || LaunchRequest.of(folder.resolved()).mounts().stream().allMatch(mount -> ids.maps(mount.source()))
                || !containers.status(folder).isAlive()) {
            return;
        }
        if (!running.isOwn(folder.id(), root, file)) {
            throw Problem.conflict("path \"" + path + "\" is on a directory of the host's whose ids are not mapped"
                            + " (rustyrun.mapped-mounts)")
                    .exception();
        }
    }

    /** One that does not run has its root file system as it is. */
    private ContainerIds idsOf(ContainerFolder folder) {
        return containers.status(folder).isAlive()
                ? running.ids(folder.id())
                        .orElseThrow(() ->
                                Problem.conflict("the container has just ended").exception())
                : ContainerIds.HOSTS;
    }

    private OpenFile rootToRead(ContainerFolder folder) throws InterruptedException {
        ContainerStatus status = containers.status(folder);
        if (status.isAlive()) {
            return containers.running().awaitMade(folder, () -> running.open(folder.id()));
        }
        LaunchRequest launch = LaunchRequest.of(folder.resolved());
        if (status == ContainerStatus.CREATED || launch.readOnly()) {
            return new OpenFile(linux, linux.open(launch.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }
        throw Problem.conflict("what the container wrote went with its end: its files can be read while it runs")
                .exception();
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
                    throw Problem.notFound("there is no " + TreeUnpacking.quoted(path) + " in the container")
                            .exception();
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

    private static ProblemException wrong(String path, String why) {
        return Problem.field("/path", "path " + TreeUnpacking.quoted(path) + " " + why)
                .exception();
    }
}
