package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** Opens files: every descriptor is close-on-exec. Flags are those of {@link FileFlag}. */
public interface OpenCalls extends KernelCalls {

    /** Maximum number of attempts when renames on the host interrupt the resolution of a path. */
    int MAX_MOVES = 1000;

    /** Opens {@code path} for reading, or returns -1 if that fails; man 2 open. */
    default int openIfReadable(String path) {
        return Math.max(libc().repeat("open", path, FileFlag.O_RDONLY | FileFlag.O_CLOEXEC, 0), -1);
    }

    /** Opens {@code path}; man 2 open. */
    default int open(String path, int flags) {
        return check(libc().repeat("open", path, flags | FileFlag.O_CLOEXEC, 0), "open", path);
    }

    /** Opens a namespace by a path that a user passes. Does not block if the path is something else, such as a FIFO. */
    default int openNamespace(String path) {
        return open(path, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOCTTY);
    }

    /**
     * Opens {@code path} for writing, truncated, and creates it with these permissions when it is missing; man 2 open.
     */
    default int create(String path, int mode) {
        // Without O_NONBLOCK, the open would block on a FIFO at this path.
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_TRUNC | FileFlag.O_NOFOLLOW | FileFlag.O_NONBLOCK;
        return openToWrite(path, flags, mode);
    }

    /** Opens {@code path} with these flags; {@code mode} is for O_CREAT; man 2 open. */
    default int openToWrite(String path, int flags, int mode) {
        return check(libc().repeat("open", path, flags | FileFlag.O_CLOEXEC, mode), "open", path);
    }

    /**
     * Opens {@code path} with {@code root} as the root directory: no link or {@code ..} leads out of it, and the magic
     * links of {@code /proc} are not followed; man 2 openat2, RESOLVE_IN_ROOT, Linux 5.6.
     */
    default int openInRoot(int root, String path, int flags) {
        return check(tryOpenInRoot(root, path, flags), "openat2 RESOLVE_IN_ROOT", path);
    }

    /** Like {@link #openInRoot}, but returns the negative errno of a failure, for a caller that expects one. */
    default int tryOpenInRoot(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_IN_ROOT | OpenHow.RESOLVE_NO_MAGICLINKS;
        OpenHow how = new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve);
        int result = -Errno.EAGAIN;
        // A concurrent rename anywhere on this machine makes the kernel unable to resolve "..".
        for (int left = MAX_MOVES; left >= 0 && result == -Errno.EAGAIN; left--) {
            result = libc().repeat("openat2", root, path, how.encode(), OpenHow.SIZE);
        }
        return result;
    }

    /**
     * Opens {@code path}; fails with EXDEV if any part of it leads out of {@code root}; man 2 openat2, RESOLVE_BENEATH.
     */
    default int openBeneath(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_BENEATH");
    }

    /** Opens {@code path} beneath {@code root}; fails with ELOOP if it has a symbolic link; RESOLVE_NO_SYMLINKS. */
    default int openWithoutLinks(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_NO_SYMLINKS");
    }

    /** Opens {@code path} without links; fails with EXDEV if it crosses a mount point; RESOLVE_NO_XDEV. */
    default int openOnSameFileSystem(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS | OpenHow.RESOLVE_NO_XDEV;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_NO_XDEV");
    }

    /**
     * Creates the file {@code name} in the open directory {@code dirfd} for writing; fails with EEXIST if it exists;
     * O_EXCL.
     */
    default int createNew(int dirfd, String name, int mode) {
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_EXCL | FileFlag.O_NOFOLLOW | FileFlag.O_CLOEXEC;
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS;
        return openat2(dirfd, name, new OpenHow(flags, mode, resolve), "openat2 O_EXCL");
    }

    private int openat2(int root, String path, OpenHow how, String words) {
        return check(libc().repeat("openat2", root, path, how.encode(), OpenHow.SIZE), words, path);
    }
}
