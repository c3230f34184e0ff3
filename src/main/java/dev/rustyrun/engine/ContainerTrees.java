package dev.rustyrun.engine;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.files.StoredTree;
import dev.rustyrun.container.files.UnwatchedFiles;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.image.ImageCommit;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The file trees of containers: changes, and exported archives and committed images. */
final class ContainerTrees {

    /** Files and mount points that a launch creates in the layer itself; they are not changes of the container. */
    private static final Set<String> OWN =
            Set.of("/dev", "/proc", "/sys", "/etc/resolv.conf", "/etc/hosts", "/etc/hostname");

    private final LaunchTools tools;
    private final Optional<ContainerFolder> folder;
    private final String id;

    /** @param folder the directory of the container {@code id} if it is detached */
    ContainerTrees(LaunchTools tools, Optional<ContainerFolder> folder, String id) {
        this.tools = tools;
        this.folder = folder;
        this.id = id;
    }

    private StoredTree overImage(String what) {
        folder.ifPresentOrElse(ContainerFolder::resolved, () -> tools.store().get(id));
        return StoredTree.ofLayer(tools.linux(), tools.self(), id)
                .orElseThrow(() ->
                        ContainerException.conflict("container " + id + " was not created from an image: " + what));
    }

    /** The files that the container has changed in its image, one line each. */
    List<String> changes() {
        return overImage("its original files are unknown").changes().stream()
                .filter(change -> !OWN.contains(change.path()))
                .map(StoredTree.Change::line)
                .toList();
    }

    /** Writes the whole file tree as a tar stream. */
    void export(OutputStream out) {
        try {
            stored().writeTree(out);
        } catch (UncheckedIOException e) {
            throw new InvalidSpecException(
                    "container " + id + " cannot be exported: " + e.getCause().getMessage());
        }
    }

    private StoredTree stored() {
        Optional<LaunchedWith> launched =
                folder.map(found -> LaunchedWith.read(found.resolved().path(LocalEngine.FILES)));
        if (launched.isPresent() && launched.get().isEphemeral()) {
            throw ContainerException.conflict("the changes of container " + id
                    + " are not on disk (--ephemeral): copy files with cp while it runs");
        }
        if (launched.isEmpty()) {
            return UnwatchedFiles.stored(tools, tools.store().get(id));
        }
        return launched.get().rootfs().isEmpty()
                ? overImage("its files no longer exist")
                : StoredTree.ofDirectory(
                        tools.linux(), tools.self(), launched.get().rootfs());
    }

    /** Creates an image with the container's changes as a new layer; returns its id. */
    String commit(Commit commit) {
        StoredTree tree = overImage("it has no layers to add to; use export and import");
        ImageStore images = ImageStore.open(tools.linux());
        ImageCommit.Details details =
                new ImageCommit.Details(commit.name(), commit.changes(), commit.author(), commit.message());
        try (TarPipe layer = TarPipe.from(tree::writeLayer)) {
            return new ImageCommit(images)
                    .add(ContainerLayers.imageOf(tools.linux(), id).orElseThrow(), layer, details)
                    .toString();
        } catch (IOException e) {
            throw new InvalidSpecException("container " + id + " cannot be committed: " + e.getMessage());
        }
    }
}
