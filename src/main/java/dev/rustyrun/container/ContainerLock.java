package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;

/**
 * An exclusive lock on a container: it locks the container's folder, and ends with the process that holds it; man 2
 * flock.
 */
final class ContainerLock implements AutoCloseable {

    private static final String REMOVED = " (deleted)";

    private final OpenFile folder;

    private ContainerLock(OpenFile folder) {
        this.folder = folder;
    }

    static ContainerLock of(Linux linux, String id, OwnDirectory store) {
        OpenFile folder;
        try {
            folder = store.open(id, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY, FileFlag.S_IFDIR);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                throw new NoSuchContainerException(id);
            }
            throw e;
        }
        linux.lock(folder.descriptor());
        // The previous holder of the lock may have deleted the container.
        if (linux.readLink(FileFlag.AT_FDCWD, folder.path()).endsWith(REMOVED)) {
            folder.close();
            throw new NoSuchContainerException(id);
        }
        return new ContainerLock(folder);
    }

    @Override
    public void close() {
        folder.close();
    }
}
