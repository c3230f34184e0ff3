package dev.rustyrun.linux;

/** Calls on files, directories and descriptors. */
interface FileCalls {

    /** {@code int open(const char *path, int flags, mode_t mode)}, man 2 open. */
    int open(String path, int flags, int mode);

    /** {@code long openat2(int dirfd, const char *path, struct open_how *, size_t)}, man 2 openat2, Linux 5.6. */
    int openat2(int dirfd, String path, byte[] openHow);

    /** {@code int close(int fd)}, man 2 close. */
    int close(int fd);

    /** {@code int close_range(unsigned first, unsigned last, int flags)}, man 2 close_range, Linux 5.9. */
    int close_range(int first, int last, int flags);

    /** {@code ssize_t read(int fd, void *buf, size_t count)} into {@code buffer[0..count)}, man 2 read. */
    long read(int fd, byte[] buffer, int count);

    /** {@code ssize_t pread(int fd, void *buf, size_t count, off_t offset)}, man 2 pread. */
    long pread(int fd, byte[] buffer, int count, long offset);

    /** {@code ssize_t write(int fd, const void *buf, size_t count)} from {@code buffer[offset..]}, man 2 write. */
    long write(int fd, byte[] buffer, int offset, int count);

    /** {@code int pipe2(int fds[2], int flags)}, man 2 pipe: the end to read from, then the one to write to. */
    int pipe2(int[] ends, int flags);

    /** {@code int dup2(int oldfd, int newfd)}, man 2 dup. */
    int dup2(int from, int to);

    /** {@code int flock(int fd, int operation)}, man 2 flock. */
    int flock(int fd, int operation);

    /** {@code int fcntl(int fd, int cmd, long arg)}, man 2 fcntl. */
    int fcntl(int fd, int command, long argument);

    /** {@code int chdir(const char *path)}, man 2 chdir. */
    int chdir(String path);

    /** {@code int fchdir(int fd)}, man 2 chdir. */
    int fchdir(int fd);

    /** {@code int mkdirat(int dirfd, const char *path, mode_t mode)}, man 2 mkdir. */
    int mkdirat(int dirfd, String path, int mode);

    /** {@code int unlinkat(int dirfd, const char *path, int flags)}, man 2 unlink. */
    int unlinkat(int dirfd, String path, int flags);

    /** {@code int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)}, man 2 mknod. */
    int mknodat(int dirfd, String path, int mode, long device);

    /** {@code int symlinkat(const char *target, int dirfd, const char *path)}, man 2 symlink. */
    int symlinkat(String target, int dirfd, String path);

    /** {@code ssize_t getdents64(int fd, void *dirp, size_t count)}, man 2 getdents. */
    long getdents64(int fd, byte[] entries);

    /** {@code int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags)}, man 2 link. */
    int linkat(int olddirfd, String from, int newdirfd, String to, int flags);

    /** {@code ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size)}, man 2 readlink. */
    long readlinkat(int dirfd, String path, byte[] buffer);

    /** {@code int fchown(int fd, uid_t owner, gid_t group)}, man 2 chown. -1 leaves one as it is. */
    int fchown(int fd, int owner, int group);

    /** {@code int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)}, man 2 chown. */
    int fchownat(int dirfd, String path, int owner, int group, int flags);

    /** {@code int rename(const char *from, const char *to)}, man 2 rename. */
    int rename(String from, String to);

    /** {@code int fstatfs(int fd, struct statfs *buf)}, man 2 statfs. */
    int fstatfs(int fd, byte[] statfs);

    /** {@code int fchmod(int fd, mode_t mode)}, man 2 chmod. */
    int fchmod(int fd, int mode);

    /** {@code int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *)}, man 2 statx. */
    int statx(int dirfd, String path, int flags, int mask, byte[] statx);

    /** {@code int faccessat(int dirfd, const char *path, int mode, int flags)}, man 2 access. */
    int faccessat(int dirfd, String path, int mode, int flags);

    /** {@code mode_t umask(mode_t mask)}, man 2 umask. Never fails. */
    int umask(int mask);
}
