package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;

/**
 * Which ranges of host ids containers have: a folder that all of root's processes on this machine share, whatever store their
 * containers are in, with a symbolic link for each range that is taken, from its first id to the folder of its container. A
 * range whose container's folder is gone is free, so that no process which is killed keeps any. They are given in turn: one
 * that has become free is given again only when all others have been.
 */
final class IdRanges {

    private static final String FOLDER = ".ids";
    private static final String NEXT = "next";

    private final Linux linux;
    private final ContainerStore store;

    /** @param store in whose folder they are written down */
    IdRanges(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
    }

    /**
     * Takes a range of {@code pool}.
     *
     * @param container the folder of its container, which has been made
     * @throws NoIdsLeftException when all are taken
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
        throw new NoIdsLeftException("all " + pool.ranges() + " ranges of the id pool " + pool
                + " are taken by containers: set a larger one with " + ConfiguredIds.VARIABLE + "=FIRST:COUNT");
    }

    /** Gives back a range that {@code take} has given; before the folder of its container is removed. */
    void giveBack(IdMapping range) {
        linux.removeFile(store.folder() + "/" + FOLDER + "/" + range.hostId());
    }

    /** By chance at first: services in pods of their own do not see each other's, and shall not all begin with the same. */
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
