package dev.rustyrun.container.supervised;

import dev.rustyrun.container.ContainerId;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The folders of all monitored containers of a service or user. */
final class ContainerFolders {

    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path root;

    ContainerFolders(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** All existing containers, oldest first. */
    List<ContainerFolder> all() {
        return folders().stream()
                .flatMap(folder -> describe(folder).stream())
                .sorted(Comparator.comparing(Described::created)
                        .thenComparing(found -> found.folder().id()))
                .map(Described::folder)
                .toList();
    }

    /** The container with its request; empty if it does not exist. */
    static Optional<Described> describe(ContainerFolder folder) {
        return Optional.of(new Described(folder, folder.description()))
                .filter(found -> found.description().isPresent() || folder.exists());
    }

    /**
     * The container with this id.
     *
     * @throws ContainerException if it does not exist
     */
    ContainerFolder named(String id) {
        return find(id).orElseThrow(ContainerFolder::gone);
    }

    /** The container with this id, if it exists. */
    Optional<ContainerFolder> find(String id) {
        return Optional.of(id)
                .filter(ContainerId::isId)
                .map(name -> new ContainerFolder(root.resolve(name)))
                .filter(ContainerFolder::exists);
    }

    /** Makes a folder with all files that must exist before the container's start. */
    ContainerFolder make(Linux linux, String id, NewContainer wanted, String store) {
        ContainerFolder folder = new ContainerFolder(root.resolve(id));
        try {
            Files.createDirectories(root, OURS);
            Files.createDirectory(folder.path(), OURS);
        } catch (FileAlreadyExistsException e) {
            throw ContainerStore.inUse(id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean described = false;
        try {
            for (Path fifo : List.of(folder.stdin(), folder.control(), folder.readers())) {
                linux.makeNode(FileFlag.AT_FDCWD, fifo.toString(), FileFlag.S_IFIFO | 0600, 0);
            }
            folder.reserve();
            folder.describe(wanted.describe(id, store));
            described = true;
        } finally {
            if (!described) {
                folder.remove();
            }
        }
        return folder;
    }

    /**
     * Removes folders without a description: their creator was killed before it reported the container.
     *
     * @param atLeast the minimum age of the folders, because a younger one may still be under construction
     * @return the ids of the removed folders
     */
    List<String> removeUnfinished(Duration atLeast) {
        ContainerFolder.removeRemoved(root);
        List<String> removed = new ArrayList<>();
        for (ContainerFolder folder : folders()) {
            if (folder.isUnfinished() && folder.isOlderThan(atLeast)) {
                folder.remove();
                removed.add(folder.id());
            }
        }
        return removed;
    }

    /** All folders in no particular order, also of containers that are being made or removed. */
    List<ContainerFolder> folders() {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> ContainerId.isId(path.getFileName().toString()))
                    .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(ContainerFolder::new)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
