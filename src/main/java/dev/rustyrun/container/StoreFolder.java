package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The folder of a {@link ContainerStore} on the disk, with a folder for each container in it. All is opened relative to its
 * descriptor, see {@link OwnDirectory}. Safe for use by several threads.
 */
final class StoreFolder {

    private final Linux linux;
    private final String path;
    private Optional<OwnDirectory> directory = Optional.empty();

    StoreFolder(Linux linux, String path) {
        this.linux = linux;
        this.path = path;
    }

    /** Where it is. */
    String path() {
        return path;
    }

    /** Where the folder of the container {@code id} is. */
    String path(String id) {
        return path + "/" + id;
    }

    /**
     * The folder, if it exists; looked at each time.
     *
     * @throws InvalidSpecException when others could have put there what is in it
     */
    synchronized Optional<OwnDirectory> directory() {
        directory = directory.filter(this::isStillThere).or(() -> OwnDirectory.find(linux, path));
        return directory;
    }

    private boolean isStillThere(OwnDirectory open) {
        if (open.exists()) {
            return true;
        }
        open.close();
        return false;
    }

    /** The folder, made where it is missing. */
    synchronized OwnDirectory madeDirectory() {
        Optional<OwnDirectory> existing = directory();
        if (existing.isEmpty()) {
            directory = Optional.of(OwnDirectory.make(linux, path));
        }
        return directory.get();
    }

    /**
     * The folder, in which that of the container {@code id} is to be.
     *
     * @throws NoSuchContainerException if the folder, and so the container, does not exist
     */
    OwnDirectory directoryOf(String id) {
        return directory().orElseThrow(() -> new NoSuchContainerException(id));
    }

    /** Makes the folder {@code name} in this one; whether it was not there before. */
    boolean make(String name) {
        try {
            linux.makeDirectory(madeDirectory().descriptor(), name, 0700);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Whether nobody has yet made the empty file of this name, which this call makes. */
    boolean isFirst(String name) {
        try {
            linux.makeNode(madeDirectory().descriptor(), name, FileFlag.S_IFREG | 0600, 0);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** The names of the containers' folders. */
    List<String> ids() {
        return directory().map(OwnDirectory::names).orElse(List.of()).stream()
                .filter(ContainerId::isId)
                .toList();
    }

    /** Whether a file of this name exists. */
    boolean has(String id) {
        try {
            return directory().isPresent()
                    && linux.status(directory().get().descriptor(), id).mode() != 0;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Makes a file of a container that is not there; one of a writer that was killed is replaced. Open for writing. */
    int create(String id, String name) {
        int store = directoryOf(id).descriptor();
        try {
            return linux.createNew(store, id + "/" + name, 0600);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            linux.removeFile(store, id + "/" + name);
            return linux.createNew(store, id + "/" + name, 0600);
        }
    }

    /** Writes a file of a container anew, at once: a reader sees the old one or the new one. */
    void replace(String id, String name, String temporary, String text) {
        int store = directoryOf(id).descriptor();
        boolean renamed = false;
        try {
            try (OpenFile file = new OpenFile(linux, create(id, temporary))) {
                linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
            }
            linux.rename(store, id + "/" + temporary, id + "/" + name);
            renamed = true;
        } finally {
            if (!renamed) {
                // The disk may be full: what is left behind must not count as a container.
                linux.removeFile(store, id + "/" + temporary);
            }
        }
    }

    /**
     * Removes these files of a container, and then its folder; none of them need be there.
     *
     * @throws LinuxException ENOTEMPTY if it contains other files
     */
    void remove(String id, List<String> files) {
        Optional<OwnDirectory> open = directory();
        if (open.isEmpty()) {
            return;
        }
        int store = open.get().descriptor();
        for (String file : files) {
            linux.removeFile(store, id + "/" + file);
        }
        try {
            linux.removeDirectory(store, id);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /** Removes whatever is in the folder of a container, but no full folders. */
    void empty(String id) {
        try (OpenFile container =
                directoryOf(id).open(id, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY, FileFlag.S_IFDIR)) {
            for (List<String> names = linux.nextNames(container.descriptor());
                    !names.isEmpty();
                    names = linux.nextNames(container.descriptor())) {
                for (String name : names) {
                    if (linux.status(container.descriptor(), name).isDirectory()) {
                        linux.removeDirectory(container.descriptor(), name);
                    } else {
                        linux.removeFile(container.descriptor(), name);
                    }
                }
            }
        } catch (LinuxException e) {
            // The process that ran it may also remove it, when it ends.
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /** How many seconds ago something was made or removed in the folder of a container; 0 when that is not known. */
    long age(String id) {
        try {
            return System.currentTimeMillis() / 1000
                    - linux.status(directoryOf(id).descriptor(), id).modified();
        } catch (LinuxException e) {
            return 0;
        }
    }
}
