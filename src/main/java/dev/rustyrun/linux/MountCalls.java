package dev.rustyrun.linux;

/** Calls that build the container's view of the file system. A {@code null} string is passed as a null pointer. */
interface MountCalls {

    /** {@code int mount(source, target, type, flags, data)}, man 2 mount. Flags are {@link MountFlag}s. */
    int mount(String source, String target, String type, long flags, String data);

    /** {@code int umount2(const char *target, int flags)}, man 2 umount. */
    int umount2(String target, int flags);

    /** {@code int pivot_root(const char *new_root, const char *put_old)}, man 2 pivot_root. */
    int pivot_root(String newRoot, String putOld);

    /** {@code int chroot(const char *path)}, man 2 chroot. */
    int chroot(String path);

    /** {@code int open_tree(int dirfd, const char *path, unsigned int flags)}, Linux 5.2. */
    int open_tree(int dirfd, String path, int flags);

    /** {@code int move_mount(from_dirfd, from_path, to_dirfd, to_path, flags)}, Linux 5.2. */
    int move_mount(int fromDirfd, String fromPath, int toDirfd, String toPath, int flags);

    /** {@code int mount_setattr(dirfd, path, flags, struct mount_attr *, size)}, man 2 mount_setattr, Linux 5.12. */
    int mount_setattr(int dirfd, String path, int flags, byte[] mountAttr);
}
