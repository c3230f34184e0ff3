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
 * The folder of a {@link ContainerStore}, with a folder for each container. All files are opened relative to its
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

    /** The path of the folder. */
    String path() {
        return path;
    }

    /** The path of the folder of the container {@code id}. */
    String path(String id) {
        return path + "/" + id;
    }

    /**
     * The folder, if it exists; it is checked at each call.
     *
     * @throws InvalidSpecException when other users could have written to it
     */
    synchronized Optional<OwnDirectory> directory() {
        directory = directory.filter(this::stillExists).or(() -> OwnDirectory.find(linux, path));
        return directory;
    }

    private boolean stillExists(OwnDirectory open) {
        if (open.exists()) {
            return true;
        }
        open.close();
        return false;
    }

    /** The folder; it is made if it is missing. */
    synchronized OwnDirectory madeDirectory() {
        Optional<OwnDirectory> existing = directory();
        if (existing.isEmpty()) {
            directory = Optional.of(OwnDirectory.make(linux, path));
        }
        return directory.get();
    }

    /**
     * The folder, which should have a folder of the container {@code id}.
     *
     * @throws NoSuchContainerException if the folder, and so the container, does not exist
     */
    OwnDirectory directoryOf(String id) {
        return directory().orElseThrow(() -> new NoSuchContainerException(id));
    }

    /** Makes the folder {@code name} in this one; false if it already exists. */
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

    /** Makes an empty file with this name; false if it already exists or cannot be made. */
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

    /** Makes a file of a container and opens it for writing. An existing file, left by a killed writer, is replaced. */
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

    /** Writes a file of a container atomically: a reader sees the old or the new text. */
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
                // The disk may be full; a temporary file must not remain in the container's folder.
                linux.removeFile(store, id + "/" + temporary);
            }
        }
    }

    /**
     * Removes these files of a container, and then its folder. Missing ones are ignored.
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

    /** Removes everything from the folder of a container except folders that are not empty. */
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
            // The process that ran the container may remove the folder at the same time.
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /** The seconds since an entry of a container's folder was last made or removed; 0 when unknown. */
    long age(String id) {
        try {
            return System.currentTimeMillis() / 1000
                    - linux.status(directoryOf(id).descriptor(), id).modified();
        } catch (LinuxException e) {
            return 0;
        }
    }
}
