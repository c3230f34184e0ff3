package dev.rustyrun.engine;

import dev.rustyrun.container.ContainerException;
import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.files.StoredTree;
import dev.rustyrun.container.files.UnwatchedFiles;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.image.ImageCommit;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The whole trees of containers on disk: what they have changed, and images and archives that are made of them. */
final class ContainerTrees {

    /** What the launch of a container makes itself, over which something is mounted. */
    private static final Set<String> OWN =
            Set.of("/dev", "/proc", "/sys", "/etc/resolv.conf", "/etc/hosts", "/etc/hostname");

    private final LaunchTools tools;
    private final Optional<ContainerFolder> folder;
    private final String id;

    /** @param folder of the container {@code id}, if it is detached */
    ContainerTrees(LaunchTools tools, Optional<ContainerFolder> folder, String id) {
        this.tools = tools;
        this.folder = folder;
        this.id = id;
    }

    private StoredTree overImage(String what) {
        folder.ifPresentOrElse(ContainerFolder::resolved, () -> tools.store().get(id));
        return StoredTree.ofLayer(tools.linux(), tools.self(), id)
                .orElseThrow(() -> ContainerException.conflict("container " + id + " comes from no image: " + what));
    }

    /** What it has changed in its image. */
    List<String> changes() {
        return overImage("how its files were before is unknown").changes().stream()
                .filter(change -> !OWN.contains(change.path()))
                .map(StoredTree.Change::line)
                .toList();
    }

    /** Writes all of it as a tar stream. */
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
            throw ContainerException.conflict(
                    "what container " + id + " writes is not on disk (--ephemeral): copy it out with cp while it runs");
        }
        if (launched.isEmpty()) {
            return UnwatchedFiles.stored(tools, tools.store().get(id));
        }
        return launched.get().rootfs().isEmpty()
                ? overImage("its files are gone")
                : StoredTree.ofDirectory(
                        tools.linux(), tools.self(), launched.get().rootfs());
    }

    /** Makes an image of its image and of what it has changed; the id of that. */
    String commit(Commit commit) {
        StoredTree tree = overImage("there is nothing that a layer could be added to; use export and import");
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
