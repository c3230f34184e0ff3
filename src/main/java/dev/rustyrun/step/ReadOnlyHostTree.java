package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import java.util.List;

/**
 * The host's own tree as a rootfs where it cannot be a layer of an overlay: in an ordinary user's namespace, the kernel
 * permits a copy of {@code /} only with all mounts below it (man 7 mount_namespaces, "Restrictions"). So the whole tree
 * is mounted read-only, with fresh directories where programs expect to write.
 */
final class ReadOnlyHostTree {

    private static final List<String> WRITABLE = List.of("tmp", "var/tmp", "run");

    private final Linux linux;

    ReadOnlyHostTree(Linux linux) {
        this.linux = linux;
    }

    /** Attaches the tree at the directory {@code place}, and returns a descriptor of its root. */
    int attachAt(String place) {
        try (OpenFile tree = new OpenFile(linux, linux.cloneMount("/", true));
                OpenFile target = new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            linux.setMountAttributes(tree.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), true);
            linux.attachMount(tree.descriptor(), target.descriptor());
        }
        int root = linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
        for (String directory : WRITABLE) {
            mountFresh(root, directory);
        }
        return root;
    }

    private void mountFresh(int root, String directory) {
        try (OpenFile target =
                new OpenFile(linux, linux.openWithoutLinks(root, directory, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            linux.mount(
                    "tmpfs",
                    target.path(),
                    "tmpfs",
                    MountFlag.of(MountFlag.MS_NOSUID, MountFlag.MS_NODEV),
                    "mode=1777");
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ELOOP) {
                throw e;
            }
        }
    }
}
