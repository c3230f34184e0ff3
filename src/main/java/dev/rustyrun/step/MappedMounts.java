package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;

/**
 * Makes the mounts that only {@code run}, on the host, can make: id-mapped mounts, and mounts that exchange mount
 * events with the host. The kernel takes an id mapping from a user namespace: the container's own, or for another
 * mapping, a temporary one of a helper process; man 2 mount_setattr.
 */
final class MappedMounts {

    private final Linux linux;
    private final HostContext host;

    MappedMounts(HostContext host) {
        this.linux = host.linux();
        this.host = host;
    }

    /** Makes the mount that {@code wanted} describes, not attached anywhere, and returns its descriptor. */
    int make(SentMount wanted) {
        int mount;
        try {
            mount = linux.cloneMount(wanted.source(), wanted.recursive());
        } catch (LinuxException e) {
            throw new StepFailure(e.getMessage());
        }
        try {
            if (!wanted.exchangesEvents()) {
                // A copy of a shared mount is in its peer group: mounts in it would appear on the host.
                linux.setMountAttributes(mount, new MountAttr(0, 0, MountFlag.MS_PRIVATE.value()), true);
            }
            change(mount, wanted);
            return mount;
        } catch (LinuxException e) {
            linux.close(mount);
            throw new StepFailure(e.getMessage());
        } catch (StepFailure e) {
            linux.close(mount);
            throw e;
        }
    }

    /** Changes the attributes of {@code mount}, an unattached copy, to those of {@code wanted}. */
    void change(int mount, SentMount wanted) {
        try {
            if (wanted.setBelow() != 0 || wanted.clearBelow() != 0) {
                linux.setMountAttributes(mount, new MountAttr(wanted.setBelow(), wanted.clearBelow(), 0), true);
            }
            if (wanted.set() != 0 || wanted.clear() != 0) {
                linux.setMountAttributes(mount, new MountAttr(wanted.set(), wanted.clear(), 0), false);
            }
            if (wanted.mapsIds()) {
                mapIds(mount, wanted);
            }
            long propagation = wanted.propagation() & ~MountFlag.MS_REC.value();
            if (propagation != 0) {
                linux.setMountAttributes(mount, new MountAttr(0, 0, propagation), propagation != wanted.propagation());
            }
        } catch (LinuxException e) {
            throw new StepFailure(e.getMessage()
                    + (e.errno() == Errno.EINVAL && wanted.mapsIds()
                            ? "; the file system of " + wanted.source()
                                    + (wanted.mapsBelow() ? ", or one mounted below it," : "")
                                    + " does not support id-mapped mounts: put it on ext4, xfs or btrfs"
                            : ""));
        }
    }

    private void mapIds(int mount, SentMount wanted) {
        boolean lent = wanted.mapping() == SentMount.Mapping.CONTAINER;
        try (OpenFile namespace = new OpenFile(
                linux,
                lent
                        ? linux.open("/proc/" + host.child() + "/ns/user", FileFlag.O_RDONLY)
                        : host.makeUserNamespace(new IdMaps(wanted.uids(), wanted.gids(), true)))) {
            linux.setMountAttributes(mount, MountAttr.mappingIds(namespace.descriptor()), wanted.mapsBelow());
        }
    }
}
