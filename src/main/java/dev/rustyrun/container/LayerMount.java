package dev.rustyrun.container;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.LayerCopy;
import dev.rustyrun.step.LayerOverlay;
import dev.rustyrun.step.StepFailure;
import dev.rustyrun.step.TreeCopy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mounts the file tree of a container of an image in a new mount namespace of this process: an overlay, or the
 * container's copy of the image. So the tree can be used while the container does not run, and no other process sees
 * the mount. The process must end after its use.
 */
public final class LayerMount {

    private static final int DIRECTORY = FileFlag.O_PATH | FileFlag.O_DIRECTORY;
    private static final long FLAGS = MountFlag.of(MountFlag.MS_NODEV, MountFlag.MS_NOSUID);

    private final Linux linux;
    private final String folder;
    private final boolean inUserNamespace;
    private final List<String> layers;
    private final List<String> volumes;
    private final LayerCopy copy;
    private boolean unshared;
    private boolean fills;

    /** @param folder the folder of the container's layer */
    public LayerMount(Linux linux, String folder, boolean inUserNamespace) {
        this.linux = linux;
        this.folder = folder;
        this.inUserNamespace = inUserNamespace;
        this.copy = new LayerCopy(linux, folder);
        this.layers =
                List.of(linux.readFile(folder + "/" + ContainerLayers.LAYERS).split("\n"));
        String named = folder + "/" + ContainerLayers.VOLUMES;
        this.volumes = linux.exists(named) ? List.of(linux.readFile(named).split("\n")) : List.of();
    }

    /** The container's own layer, without the image's layers. */
    public OpenFile upper() {
        return new OpenFile(linux, linux.open(folder + "/upper", DIRECTORY));
    }

    /** The tree, read-only; the container may run. */
    public OpenFile readOnly() {
        if (copy.exists()) {
            return copied(FLAGS | MountFlag.MS_RDONLY.value());
        }
        List<String> all = new ArrayList<>(List.of(folder + "/upper"));
        all.addAll(layers);
        return mountedToRead(all, "root");
    }

    /** The tree of the image, read-only. */
    public OpenFile image() {
        // An overlay without an upper directory needs at least two lower ones; "root" is empty.
        List<String> all = new ArrayList<>(layers);
        all.add(folder + "/root");
        return mountedToRead(all, "work");
    }

    /** The tree, writable; the caller must have locked the layer. */
    public OpenFile writable() {
        fills = true;
        if (copy.exists()) {
            return copied(FLAGS);
        }
        LayerOverlay overlay = new LayerOverlay(linux, layers, Optional.of(folder));
        try {
            return mounted(overlay, "", "root");
        } catch (LinuxException e) {
            if (overlay.obstacle(e).isEmpty()) {
                throw e;
            }
            makeCopy();
            return copied(FLAGS);
        }
    }

    private void makeCopy() {
        try {
            copy.make(layers);
        } catch (StepFailure e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }

    private OpenFile copied(long flags) {
        unshareMounts();
        return copy.mount(flags);
    }

    /** Mounts the container's volumes in the tree {@code root}, and returns it. */
    public OpenFile withVolumes(OpenFile root) {
        for (int number = 0; number < volumes.size(); number++) {
            String source = Spec.Image.volume(folder, number);
            try (OpenFile target =
                    new OpenFile(linux, linux.openInRoot(root.descriptor(), volumes.get(number), DIRECTORY))) {
                if (fills) {
                    fill(source, target);
                } else if (isUnfilled(source)) {
                    continue;
                }
                linux.mount(source, target.path(), null, MountFlag.MS_BIND.value(), null);
            } catch (LinuxException e) {
                // The mount point is missing before the start, or if the container has removed it.
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                    throw e;
                }
            }
        }
        return root;
    }

    /**
     * Whether the image's files have not been copied into a volume yet: the container was not started, and the volume
     * is empty or half copied.
     */
    private boolean isUnfilled(String volume) {
        if (!linux.exists(folder + "/" + ContainerLayers.CREATED)) {
            return false;
        }
        int list = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile open = new OpenFile(linux, linux.open(volume, list))) {
            return TreeCopy.isHalfFilled(linux, open)
                    || linux.nextFileNames(open.descriptor()).isEmpty();
        }
    }

    private void fill(String volume, OpenFile image) {
        if (isUnfilled(volume)) {
            int list = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
            try (OpenFile open = new OpenFile(linux, linux.open(volume, list))) {
                new TreeCopy(linux).fill(image, open);
            }
        }
    }

    private OpenFile mounted(LayerOverlay overlay, String options, String place) {
        unshareMounts();
        return overlay.mount(folder + "/" + place, options + options(inUserNamespace), FLAGS);
    }

    /** The tree of directories that are only read. */
    private OpenFile mountedToRead(List<String> directories, String place) {
        LayerOverlay overlay = new LayerOverlay(linux, directories, Optional.empty());
        try {
            return mounted(overlay, ",index=off", place);
        } catch (LinuxException e) {
            throw overlay.obstacle(e)
                    .<RuntimeException>map(why -> new InvalidSpecException(
                            why + ", and the container has no copy of its image yet: start it first"))
                    .orElse(e);
        }
    }

    private void unshareMounts() {
        if (!unshared) {
            linux.unshare(CloneFlag.CLONE_NEWNS.value());
            linux.mount(null, "/", null, MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE), null);
            unshared = true;
        }
    }

    private static String options(boolean inUserNamespace) {
        return inUserNamespace ? ",userxattr" : ",redirect_dir=off,metacopy=off";
    }
}
