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
import dev.rustyrun.step.LayerOverlay;
import dev.rustyrun.step.TreeCopy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tree of a container that comes from an image, put together in a mount namespace of this process's own: so it can be used
 * while the container does not run, and nobody else sees the mount. For one process, which ends with its use.
 */
public final class LayerMount {

    private static final int DIRECTORY = FileFlag.O_PATH | FileFlag.O_DIRECTORY;

    private final Linux linux;
    private final String folder;
    private final boolean inUserNamespace;
    private final List<String> layers;
    private final List<String> volumes;
    private boolean apart;
    private boolean fills;

    /** @param folder of the container's own layer */
    public LayerMount(Linux linux, String folder, boolean inUserNamespace) {
        this.linux = linux;
        this.folder = folder;
        this.inUserNamespace = inUserNamespace;
        this.layers =
                List.of(linux.readFile(folder + "/" + ContainerLayers.LAYERS).split("\n"));
        String named = folder + "/" + ContainerLayers.VOLUMES;
        this.volumes = linux.exists(named) ? List.of(linux.readFile(named).split("\n")) : List.of();
    }

    /** The own layer alone. */
    public OpenFile upper() {
        return new OpenFile(linux, linux.open(folder + "/upper", DIRECTORY));
    }

    /** The tree, to be read: the container may run. */
    public OpenFile toRead() {
        List<String> all = new ArrayList<>(List.of(folder + "/upper"));
        all.addAll(layers);
        return mounted(all, "", "root");
    }

    /** The tree of the image, to be read. */
    public OpenFile image() {
        // The kernel takes two directories at least.
        List<String> all = new ArrayList<>(layers);
        all.add(folder + "/root");
        return mounted(all, "", "work");
    }

    /** The tree, to be written: the caller has the layer locked. */
    public OpenFile toWrite() {
        fills = true;
        return mounted(layers, folder, "root");
    }

    /** The same tree with the volumes of the container. */
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
                // Before its start, or if it has removed the directory, the mount point is missing.
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                    throw e;
                }
            }
        }
        return root;
    }

    /** Before the start of its container nobody has put into a volume what the image has there. */
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

    private OpenFile mounted(List<String> lower, String own, String place) {
        if (!apart) {
            linux.unshare(CloneFlag.CLONE_NEWNS.value());
            linux.mount(null, "/", null, MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE), null);
            apart = true;
        }
        boolean isWritten = !own.isEmpty();
        LayerOverlay overlay = new LayerOverlay(linux, lower, isWritten ? Optional.of(own) : Optional.empty());
        try {
            return overlay.mount(
                    folder + "/" + place,
                    (isWritten ? "" : ",index=off") + options(inUserNamespace),
                    MountFlag.of(MountFlag.MS_NODEV, MountFlag.MS_NOSUID));
        } catch (LinuxException e) {
            throw overlay.refusal(e)
                    .<RuntimeException>map(InvalidSpecException::new)
                    .orElse(e);
        }
    }

    private static String options(boolean inUserNamespace) {
        return inUserNamespace ? ",userxattr" : ",redirect_dir=off,metacopy=off";
    }
}
