package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** What kind of file something is, whose it is, and who may do what with it. */
public interface StatusCalls extends KernelCalls {

    /** What kind of file {@code path} below {@code dirfd} is, itself even if it is a link; man 2 statx. */
    default FileStatus status(int dirfd, String path) {
        return statx(dirfd, path, FileFlag.AT_SYMLINK_NOFOLLOW);
    }

    /** What kind of file {@code path} leads to; man 2 statx. */
    default FileStatus status(String path) {
        return statx(FileFlag.AT_FDCWD, path, 0);
    }

    /** What kind of file {@code fd} is; man 2 statx. */
    default FileStatus status(int fd) {
        return statx(fd, "", FileFlag.AT_EMPTY_PATH);
    }

    /** Whether {@code path} leads to something that can be looked at; man 2 statx. */
    default boolean exists(String path) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        return libc().call("statx", FileFlag.AT_FDCWD, path, 0, FileStatus.STATX_WANTED, statx) == 0;
    }

    private FileStatus statx(int dirfd, String path, int flags) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        check(libc().call("statx", dirfd, path, flags, FileStatus.STATX_WANTED, statx), "statx", dirfd, path);
        return FileStatus.decode(statx);
    }

    /** What file system the open file {@code fd} is in; man 2 statfs. */
    default FileSystemStatus fileSystem(int fd) {
        byte[] statfs = new byte[FileSystemStatus.STATFS_SIZE];
        check(libc().call("fstatfs", fd, statfs), "fstatfs", fd);
        return FileSystemStatus.decode(statfs);
    }

    /** Whether {@code fd} is a file of a proc file system; man 2 statfs. */
    default boolean isProcFile(int fd) {
        return fileSystem(fd).isProc();
    }

    /**
     * Throws what execve(2) would for a file that is missing, not a regular one, or that this user may not execute; man 2
     * access, AT_EACCESS.
     */
    default void checkExecutable(String path) {
        check(
                libc().call("faccessat", FileFlag.AT_FDCWD, path, FileFlag.X_OK, FileFlag.AT_EACCESS),
                "access X_OK",
                path);
        if (!status(path).isRegularFile()) {
            throw new LinuxException("execve(\"" + path + "\")", Errno.EACCES);
        }
    }

    /** Gives an open file away; -1 leaves owner or group as it is; man 2 chown. */
    default void changeOwner(int fd, int owner, int group) {
        check(libc().call("fchown", fd, owner, group), "fchown", fd, owner, group);
    }

    /** Gives {@code path} below {@code dirfd} away, itself even if it is a link; man 2 chown. */
    default void changeOwner(int dirfd, String path, int owner, int group) {
        int flags = FileFlag.AT_SYMLINK_NOFOLLOW;
        check(libc().call("fchownat", dirfd, path, owner, group, flags), "fchownat", path, owner, group);
    }

    /** Gives an open symbolic link away, or any other file that is open with O_PATH; man 2 chown, AT_EMPTY_PATH. */
    default void changeOwnerOfPath(int fd, int owner, int group) {
        check(libc().call("fchownat", fd, "", owner, group, FileFlag.AT_EMPTY_PATH), "fchownat", fd, owner, group);
    }

    /** Sets the permissions of an open file; man 2 chmod. */
    default void changeMode(int fd, int mode) {
        check(libc().call("fchmod", fd, mode), "fchmod", fd, mode);
    }

    /** Sets the permissions of {@code path} below {@code dirfd}, which must be no link; man 2 fchmodat. */
    default void changeMode(int dirfd, String path, int mode) {
        check(libc().call("fchmodat", dirfd, path, mode, 0), "chmod", path);
    }

    /**
     * Sets when the contents of {@code path} below {@code dirfd}, itself even if it is a link, were last changed and read; man 2
     * utimensat.
     *
     * @param nanos of the second, 0 to 999999999
     */
    default void setTimes(int dirfd, String path, long seconds, int nanos) {
        byte[] times = FileStatus.times(seconds, nanos);
        check(libc().call("utimensat", dirfd, path, times, FileFlag.AT_SYMLINK_NOFOLLOW), "utimensat", path);
    }

    /** The same of an open file; man 3 futimens. */
    default void setTimes(int fd, long seconds, int nanos) {
        check(libc().call("futimens", fd, FileStatus.times(seconds, nanos)), "futimens", fd);
    }

    /** Sets which permission bits new files lack; man 2 umask. */
    default void setUmask(int mask) {
        libc().call("umask", mask);
    }
}
