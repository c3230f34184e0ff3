package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** How files are opened: every descriptor is close-on-exec. Flags are {@link FileFlag}'s. */
public interface OpenCalls extends KernelCalls {

    /** How often something may be renamed while a path is resolved. */
    int MAX_MOVES = 1000;

    /** Opens {@code path} for reading if that can be done; -1 if not; man 2 open. */
    default int openIfReadable(String path) {
        return Math.max(libc().repeat("open", path, FileFlag.O_RDONLY | FileFlag.O_CLOEXEC, 0), -1);
    }

    /** Opens {@code path}; man 2 open. */
    default int open(String path, int flags) {
        return check(libc().repeat("open", path, flags | FileFlag.O_CLOEXEC, 0), "open", path);
    }

    /** Opens a namespace by a path that a user gives. Anything else, such as a FIFO, is not waited for. */
    default int openNamespace(String path) {
        return open(path, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOCTTY);
    }

    /** Opens {@code path}, made with these permissions when it is missing, to be written anew; man 2 open. */
    default int create(String path, int mode) {
        // Without O_NONBLOCK, a FIFO in its place would be waited for.
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_TRUNC | FileFlag.O_NOFOLLOW | FileFlag.O_NONBLOCK;
        return openToWrite(path, flags, mode);
    }

    /** Opens {@code path} with these flags, and O_CREAT with these permissions; man 2 open. */
    default int openToWrite(String path, int flags, int mode) {
        return check(libc().repeat("open", path, flags | FileFlag.O_CLOEXEC, mode), "open", path);
    }

    /**
     * Opens {@code path} with {@code root} as the file system's root: no link or {@code ..} leads out of it, and none of
     * {@code /proc}'s magic links is followed; man 2 openat2, RESOLVE_IN_ROOT, Linux 5.6.
     */
    default int openInRoot(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_IN_ROOT | OpenHow.RESOLVE_NO_MAGICLINKS;
        OpenHow how = new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve);
        for (int left = MAX_MOVES; ; left--) {
            try {
                return openat2(root, path, how, "openat2 RESOLVE_IN_ROOT");
            } catch (LinuxException e) {
                // Something was renamed meanwhile, somewhere on this machine, so that the kernel cannot tell where ..
                // leads.
                if (e.errno() != Errno.EAGAIN || left == 0) {
                    throw e;
                }
            }
        }
    }

    /** Opens {@code path}; EXDEV when anything would lead out of {@code root}; man 2 openat2, RESOLVE_BENEATH. */
    default int openBeneath(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_BENEATH");
    }

    /** Opens {@code path} beneath {@code root}; ELOOP when there is a symbolic link in it; RESOLVE_NO_SYMLINKS. */
    default int openWithoutLinks(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_NO_SYMLINKS");
    }

    /** Opens {@code path} without links; EXDEV when another file system is mounted in it; RESOLVE_NO_XDEV. */
    default int openOnSameFileSystem(int root, String path, int flags) {
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS | OpenHow.RESOLVE_NO_XDEV;
        return openat2(root, path, new OpenHow(flags | FileFlag.O_CLOEXEC, 0, resolve), "openat2 RESOLVE_NO_XDEV");
    }

    /** Makes the new file {@code name} in the open directory {@code dirfd}, to be written; EEXIST when it exists; O_EXCL. */
    default int createNew(int dirfd, String name, int mode) {
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_EXCL | FileFlag.O_NOFOLLOW | FileFlag.O_CLOEXEC;
        int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS;
        return openat2(dirfd, name, new OpenHow(flags, mode, resolve), "openat2 O_EXCL");
    }

    private int openat2(int root, String path, OpenHow how, String words) {
        return check(libc().repeat("openat2", root, path, how.encode(), OpenHow.SIZE), words, path);
    }
}
