package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** Mounts and the root directory. */
public interface MountCalls extends KernelCalls {

    /** Mounts a file system or changes a mount; {@code null} becomes NULL; man 2 mount. */
    default void mount(String source, String target, String type, long flags, String data) {
        check(
                libc().call("mount", source, target, type, flags, data),
                "mount",
                source,
                target,
                type,
                new MountFlag.Described(flags),
                data);
    }

    /**
     * Lazily unmounts {@code target}: it disappears now and is freed when it is no longer used; man 2 umount,
     * MNT_DETACH.
     */
    default void detach(String target) {
        check(libc().call("umount2", target, FileFlag.MNT_DETACH), "umount2 MNT_DETACH", target);
    }

    /** Makes {@code newRoot} the root of this mount namespace; man 2 pivot_root. */
    default void pivotRoot(String newRoot, String putOld) {
        check(libc().call("pivot_root", newRoot, putOld), "pivot_root", newRoot, putOld);
    }

    /** Changes this process's root directory; man 2 chroot. */
    default void chroot(String path) {
        check(libc().call("chroot", path), "chroot", path);
    }

    /**
     * A descriptor of an unattached copy of the mount at {@code path}, and with {@code recursive} of those below it;
     * man 2 open_tree, Linux 5.2.
     */
    default int cloneMount(String path, boolean recursive) {
        int flags = FileFlag.OPEN_TREE_CLONE | FileFlag.OPEN_TREE_CLOEXEC | (recursive ? FileFlag.AT_RECURSIVE : 0);
        return check(libc().call("open_tree", FileFlag.AT_FDCWD, path, flags), "open_tree OPEN_TREE_CLONE", path);
    }

    /**
     * Changes the attributes of an open mount, and with {@code recursive} of those below it; man 2 mount_setattr, Linux
     * 5.12.
     */
    default void setMountAttributes(int mount, MountAttr attributes, boolean recursive) {
        int flags = FileFlag.AT_EMPTY_PATH | (recursive ? FileFlag.AT_RECURSIVE : 0);
        byte[] encoded = attributes.encode();
        check(
                libc().call("mount_setattr", mount, "", flags, encoded, encoded.length),
                "mount_setattr",
                mount,
                attributes);
    }

    /** Attaches an open mount to an open directory or file; man 2 move_mount, Linux 5.2. */
    default void attachMount(int mount, int target) {
        int flags = FileFlag.MOVE_MOUNT_F_EMPTY_PATH | FileFlag.MOVE_MOUNT_T_EMPTY_PATH;
        check(libc().call("move_mount", mount, "", target, "", flags), "move_mount", mount, target);
    }
}
