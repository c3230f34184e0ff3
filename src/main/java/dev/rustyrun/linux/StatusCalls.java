package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** Type, owner, permissions and times of files. */
public interface StatusCalls extends KernelCalls {

    /** The status of {@code path} below {@code dirfd}, without following a symbolic link; man 2 statx. */
    default FileStatus status(int dirfd, String path) {
        return statx(dirfd, path, FileFlag.AT_SYMLINK_NOFOLLOW);
    }

    /** The status of {@code path}, following links; man 2 statx. */
    default FileStatus status(String path) {
        return statx(FileFlag.AT_FDCWD, path, 0);
    }

    /** The status of the open file {@code fd}; man 2 statx. */
    default FileStatus status(int fd) {
        return statx(fd, "", FileFlag.AT_EMPTY_PATH);
    }

    /** Whether {@code path} exists and can be looked up; man 2 statx. */
    default boolean exists(String path) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        return libc().call("statx", FileFlag.AT_FDCWD, path, 0, FileStatus.STATX_WANTED, statx) == 0;
    }

    private FileStatus statx(int dirfd, String path, int flags) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        check(libc().call("statx", dirfd, path, flags, FileStatus.STATX_WANTED, statx), "statx", dirfd, path);
        return FileStatus.decode(statx);
    }

    /** The file system of the open file {@code fd}; man 2 statfs. */
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
     * Throws the error of execve(2) for a file that is missing, is not regular, or that this user may not execute; man
     * 2 access, AT_EACCESS.
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

    /** Changes the owner of an open file; -1 leaves owner or group unchanged; man 2 chown. */
    default void changeOwner(int fd, int owner, int group) {
        check(libc().call("fchown", fd, owner, group), "fchown", fd, owner, group);
    }

    /** Changes the owner of {@code path} below {@code dirfd}, without following a symbolic link; man 2 chown. */
    default void changeOwner(int dirfd, String path, int owner, int group) {
        int flags = FileFlag.AT_SYMLINK_NOFOLLOW;
        check(libc().call("fchownat", dirfd, path, owner, group, flags), "fchownat", path, owner, group);
    }

    /** Changes the owner of a file that is open with O_PATH, such as a symbolic link; man 2 chown, AT_EMPTY_PATH. */
    default void changeOwnerOfPath(int fd, int owner, int group) {
        check(libc().call("fchownat", fd, "", owner, group, FileFlag.AT_EMPTY_PATH), "fchownat", fd, owner, group);
    }

    /** Sets the permissions of an open file; man 2 chmod. */
    default void changeMode(int fd, int mode) {
        check(libc().call("fchmod", fd, mode), "fchmod", fd, mode);
    }

    /** Sets the permissions of {@code path} below {@code dirfd}, which must not be a symbolic link; man 2 fchmodat. */
    default void changeMode(int dirfd, String path, int mode) {
        check(libc().call("fchmodat", dirfd, path, mode, 0), "chmod", path);
    }

    /**
     * Sets the modification and access time of {@code path} below {@code dirfd}, without following a symbolic link; man
     * 2 utimensat.
     *
     * @param nanos of the second, 0 to 999999999
     */
    default void setTimes(int dirfd, String path, long seconds, int nanos) {
        byte[] times = FileStatus.times(seconds, nanos);
        check(libc().call("utimensat", dirfd, path, times, FileFlag.AT_SYMLINK_NOFOLLOW), "utimensat", path);
    }

    /** Sets the modification and access time of an open file; man 3 futimens. */
    default void setTimes(int fd, long seconds, int nanos) {
        check(libc().call("futimens", fd, FileStatus.times(seconds, nanos)), "futimens", fd);
    }

    /** Sets the file mode creation mask; man 2 umask. */
    default void setUmask(int mask) {
        libc().call("umask", mask);
    }
}
