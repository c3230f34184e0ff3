package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;

/**
 * The ranges of host ids that containers have. All of root's processes on this machine share a folder, whatever stores
 * their containers are in. It has a symbolic link for each used range, named by its first id, to the folder of its
 * container. A range whose container's folder no longer exists is free, so a killed process cannot leak one. Ranges are
 * assigned round-robin: a freed range is reused only after all others.
 */
final class IdRanges {

    private static final String FOLDER = ".ids";
    private static final String NEXT = "next";

    private final Linux linux;
    private final ContainerStore store;

    /** @param store the store in whose folder the links are */
    IdRanges(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
    }

    /**
     * Assigns a free range of {@code pool}.
     *
     * @param container the folder of the container, which must exist
     * @throws ContainerException when all are taken
     */
    IdMapping take(IdPool pool, String container) {
        String folder = store.makeFolder(FOLDER);
        try (OpenFile lock = new OpenFile(linux, linux.open(folder, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY))) {
            linux.lock(lock.descriptor());
            long first = next(lock, pool);
            for (long i = 0; i < pool.ranges(); i++) {
                long number = (first + i) % pool.ranges();
                IdMapping range = pool.range(number);
                if (take(lock, Long.toString(range.hostId()), container)) {
                    linux.removeFile(lock.descriptor(), NEXT);
                    linux.makeSymbolicLink(
                            Long.toString(
                                    pool.range((number + 1) % pool.ranges()).hostId()),
                            lock.descriptor(),
                            NEXT);
                    return range;
                }
            }
        }
        throw new ContainerException(
                ContainerException.Kind.NO_IDS,
                "all " + pool.ranges() + " ranges of the id pool " + pool
                        + " are taken by containers: set a larger one with " + ConfiguredIds.VARIABLE + "=FIRST:COUNT");
    }

    /** Releases a range of {@link #take}. Must be called before the folder of its container is removed. */
    void giveBack(IdMapping range) {
        linux.removeFile(store.folder() + "/" + FOLDER + "/" + range.hostId());
    }

    /**
     * The range to try first. The initial one is random: services in different pods do not see each other's links, and
     * should not all begin with the same range.
     */
    private long next(OpenFile folder, IdPool pool) {
        try {
            String text = linux.readLink(folder.descriptor(), NEXT);
            if (text.matches("[0-9]{1,10}") && pool.overlaps(Long.parseLong(text), 1)) {
                return (Long.parseLong(text) - pool.range(0).hostId()) / IdPool.RANGE;
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
        return Long.parseLong(store.newId(), 16) % pool.ranges();
    }

    private boolean take(OpenFile folder, String range, String container) {
        try {
            linux.makeSymbolicLink(container, folder.descriptor(), range);
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        if (isTaken(folder, range)) {
            return false;
        }
        linux.removeFile(folder.descriptor(), range);
        linux.makeSymbolicLink(container, folder.descriptor(), range);
        return true;
    }

    private boolean isTaken(OpenFile folder, String range) {
        try {
            linux.status(FileFlag.AT_FDCWD, linux.readLink(folder.descriptor(), range));
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return false;
        }
    }
}
