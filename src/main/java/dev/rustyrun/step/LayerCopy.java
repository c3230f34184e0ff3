package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.LoweredCapability;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.OverlayMarks;
import dev.rustyrun.linux.TreeRemoval;
import dev.rustyrun.linux.TreeSnapshot;
import dev.rustyrun.spec.Capability;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A copy of an image's files in the folder of a container's layer, for use where no overlay can be mounted. It shows
 * the tree that an overlay of the layers would show; the kernel's overlayfs.rst. Files share blocks with those of the
 * image where the file system can do that, but never an inode, because the container may change them.
 *
 * <p>The copy appears atomically: it is made under another name and then renamed. A snapshot beside it records its
 * files, so that changes can be found later.
 */
public final class LayerCopy {

    private static final String COPY = "copy";
    private static final String UNFINISHED = "copying";
    private static final String SNAPSHOT = "snapshot";
    private static final String UPPER = "upper";

    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int LIST = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;

    private final Linux linux;
    private final String folder;
    private final TreeCopy copy;
    private final List<OpenFile> layers = new ArrayList<>();

    /** @param folder the folder of the container's layer */
    public LayerCopy(Linux linux, String folder) {
        this.linux = linux;
        this.folder = folder;
        this.copy = new TreeCopy(linux);
    }

    /** Whether the container has a complete copy. */
    public boolean exists() {
        return linux.exists(folder + "/" + COPY);
    }

    /** The open root of the copy. */
    public OpenFile root() {
        return new OpenFile(linux, linux.open(folder + "/" + COPY, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
    }

    /** The files of the copy when it was made. */
    public TreeSnapshot snapshot() {
        try (OpenFile file = new OpenFile(linux, linux.open(folder + "/" + SNAPSHOT, FileFlag.O_RDONLY))) {
            return TreeSnapshot.read(linux, file);
        }
    }

    /**
     * Makes the copy.
     *
     * @param paths host paths of the image's layers, topmost first
     * @throws StepFailure when the container already has files of its own over its image
     */
    public void make(List<String> paths) {
        try (OpenFile own = new OpenFile(linux, linux.open(folder, LIST))) {
            checkEmpty();
            TreeRemoval.remove(linux, own, UNFINISHED);
            linux.removeFile(own.descriptor(), SNAPSHOT);
            // The own layer is empty, but its directory has the owner and the mode of the root.
            layers.add(new OpenFile(linux, linux.open(folder + "/" + UPPER, LIST)));
            paths.forEach(path -> layers.add(new OpenFile(linux, linux.open(path, LIST))));
            linux.makeDirectory(own.descriptor(), UNFINISHED, 0700);
            try (OpenFile root = new OpenFile(linux, linux.openWithoutLinks(own.descriptor(), UNFINISHED, LIST));
                    // CAP_SYS_RESOURCE would let this process exceed the quota of the container's layer.
                    LoweredCapability bound = new LoweredCapability(linux, Capability.CAP_SYS_RESOURCE.ordinal())) {
                directory(layers, ".", "", root, root);
                copy.giveTo(linux.status(layers.get(0).descriptor()), layers.get(0), root);
                try (OpenFile file = new OpenFile(linux, linux.createNew(own.descriptor(), SNAPSHOT, 0600))) {
                    TreeSnapshot.write(linux, root, file);
                }
            }
            linux.rename(own.descriptor(), UNFINISHED, COPY);
        } finally {
            layers.forEach(OpenFile::close);
            layers.clear();
        }
    }

    private void checkEmpty() {
        try (OpenFile upper = new OpenFile(linux, linux.open(folder + "/" + UPPER, LIST))) {
            if (!linux.nextFileNames(upper.descriptor()).isEmpty()) {
                throw new StepFailure("the container has files in an overlay, which can no longer be mounted:"
                        + " create the container again");
            }
        }
    }

    /** Mounts the copy on the {@code root} directory of the folder, and returns the open root of the mount. */
    public OpenFile mount(long flags) {
        String place = folder + "/root";
        linux.mount(folder + "/" + COPY, place, null, MountFlag.MS_BIND.value(), null);
        OpenFile root = new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        if (flags != 0) {
            linux.mount(null, place, null, flags | MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REMOUNT), null);
        }
        return root;
    }

    /**
     * Copies the directory that {@code sources} have at {@code place}, the topmost first.
     *
     * @param path {@code place} as a prefix: empty, or with a slash at its end
     */
    private void directory(List<OpenFile> sources, String place, String path, OpenFile target, OpenFile root) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < sources.size(); i++) {
            for (String name : names(sources.get(i), place)) {
                if (seen.add(name)) {
                    member(sources.subList(i, sources.size()), path, name, target, root);
                }
            }
        }
    }

    private void member(List<OpenFile> sources, String path, String name, OpenFile target, OpenFile root) {
        String whole = path + name;
        try (OpenFile file = look(sources.get(0), whole)) {
            FileStatus status = linux.status(file.descriptor());
            if (status.isDirectory()) {
                linux.makeDirectory(target.descriptor(), name, 0700);
                try (OpenFile made = new OpenFile(linux, linux.openWithoutLinks(target.descriptor(), name, LIST))) {
                    directory(merged(sources, whole, file), whole, whole + "/", made, root);
                    copy.giveTo(status, file, made);
                }
            } else if (!OverlayMarks.isWhiteout(linux, file, status)) {
                copy.other(file, status, target.descriptor(), name, root.descriptor(), whole);
            }
        }
    }

    /** Those of {@code sources} whose directory at {@code path} is visible through the first one's, {@code top}. */
    private List<OpenFile> merged(List<OpenFile> sources, String path, OpenFile top) {
        List<OpenFile> merged = new ArrayList<>(List.of(sources.get(0)));
        boolean hides = OverlayMarks.isOpaque(linux, top.path());
        for (int i = 1; i < sources.size() && !hides; i++) {
            Optional<OpenFile> found = lookIfExists(sources.get(i), path);
            if (found.isPresent()) {
                try (OpenFile file = found.get()) {
                    hides = !linux.status(file.descriptor()).isDirectory();
                    if (!hides) {
                        merged.add(sources.get(i));
                        hides = OverlayMarks.isOpaque(linux, file.path());
                    }
                }
            }
        }
        return merged;
    }

    private OpenFile look(OpenFile layer, String path) {
        return new OpenFile(linux, linux.openWithoutLinks(layer.descriptor(), path, LOOK));
    }

    /** A parent may be another kind of file in a layer below: that layer is then hidden at the parent already. */
    private Optional<OpenFile> lookIfExists(OpenFile layer, String path) {
        try {
            return Optional.of(look(layer, path));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<String> names(OpenFile layer, String place) {
        try (OpenFile open = new OpenFile(linux, linux.openWithoutLinks(layer.descriptor(), place, LIST))) {
            return linux.fileNames(open.descriptor());
        }
    }
}
