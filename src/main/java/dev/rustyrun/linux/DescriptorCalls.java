package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Arrays;

/** File descriptors of any kind. */
public interface DescriptorCalls extends KernelCalls {

    /** Closes {@code fd}; man 2 close. */
    default void close(int fd) {
        check(libc().call("close", fd), "close", fd);
    }

    /** Closes all descriptors that are not negative, even when closing one of them fails. */
    default void closeAll(int... descriptors) {
        int closed = 0;
        try {
            for (int descriptor : descriptors) {
                closed++;
                if (descriptor >= 0) {
                    close(descriptor);
                }
            }
        } finally {
            if (closed < descriptors.length) {
                closeAll(Arrays.copyOfRange(descriptors, closed, descriptors.length));
            }
        }
    }

    /**
     * Closes the descriptors from {@code first} to {@code last}; -1 means all from {@code first}; man 2 close_range,
     * Linux 5.9.
     */
    default void closeRange(int first, int last) {
        check(libc().call("close_range", first, Integer.toUnsignedLong(last), 0), "close_range", first, last);
    }

    /** Sets close-on-exec for all descriptors from {@code first} on; man 2 close_range, CLOSE_RANGE_CLOEXEC. */
    default void closeOnExecFrom(int first) {
        long last = Integer.toUnsignedLong(-1);
        check(libc().call("close_range", first, last, FileFlag.CLOSE_RANGE_CLOEXEC), "close_range", first);
    }

    /** Sets close-on-exec for {@code fd}; man 2 fcntl, FD_CLOEXEC. */
    default void closeOnExec(int fd) {
        check(libc().call("fcntl", fd, FileFlag.F_SETFD, FileFlag.FD_CLOEXEC), "fcntl FD_CLOEXEC", fd);
    }

    /** Clears close-on-exec for {@code fd}; man 2 fcntl, FD_CLOEXEC. */
    default void keepOnExec(int fd) {
        check(libc().call("fcntl", fd, FileFlag.F_SETFD, 0), "fcntl FD_CLOEXEC", fd);
    }

    /** Whether {@code fd} is open without close-on-exec, like the descriptors that this process inherited. */
    default boolean isInherited(int fd) {
        return libc().call("fcntl", fd, FileFlag.F_GETFD, 0) == 0;
    }

    /**
     * Opens /dev/null as each of the descriptors 0, 1 and 2 that is not open. Otherwise the next file that is opened
     * would get that number, and a command would get it as its standard input or output.
     */
    default void openMissingStandardDescriptors() {
        for (int fd = 0; fd <= 2; fd++) {
            if (libc().call("fcntl", fd, FileFlag.F_GETFD, 0) < 0) {
                // Writes to a standard output that was closed must still fail.
                int flags = fd == 1 ? FileFlag.O_RDONLY : FileFlag.O_RDWR;
                check(libc().call("open", "/dev/null", flags, 0), "open", "/dev/null");
            }
        }
    }

    /** Makes reads and writes of {@code fd} return EAGAIN instead of waiting; man 2 fcntl, O_NONBLOCK. */
    default void setNonBlocking(int fd) {
        int flags = check(libc().call("fcntl", fd, FileFlag.F_GETFL, 0), "fcntl F_GETFL", fd);
        check(libc().call("fcntl", fd, FileFlag.F_SETFL, flags | FileFlag.O_NONBLOCK), "fcntl O_NONBLOCK", fd);
    }

    /** Whether {@code fd} was opened for writing; man 2 fcntl, F_GETFL. */
    default boolean isWritable(int fd) {
        int flags = check(libc().call("fcntl", fd, FileFlag.F_GETFL, 0), "fcntl F_GETFL", fd);
        return (flags & FileFlag.O_ACCMODE) != FileFlag.O_RDONLY;
    }

    /** Makes a pipe: the read end and the write end; man 2 pipe, O_CLOEXEC. */
    default int[] pipe() {
        int[] ends = new int[2];
        check(libc().call("pipe2", ends, FileFlag.O_CLOEXEC), "pipe");
        return ends;
    }

    /** Makes {@code to} refer to the same open file as {@code from}; man 2 dup. */
    default void duplicate(int from, int to) {
        check(libc().repeat("dup2", from, to), "dup2", from, to);
    }

    /**
     * Duplicates {@code fd} to a descriptor that is {@code min} or higher; close-on-exec; man 2 fcntl, F_DUPFD_CLOEXEC.
     */
    default int duplicateFrom(int fd, int min) {
        return check(libc().call("fcntl", fd, FileFlag.F_DUPFD_CLOEXEC, min), "fcntl F_DUPFD_CLOEXEC", fd, min);
    }

    /**
     * Takes an exclusive lock on the file of {@code fd}, waiting for it; closing {@code fd} releases it; man 2 flock.
     */
    default void lock(int fd) {
        check(libc().repeat("flock", fd, FileFlag.LOCK_EX), "flock", fd);
    }

    /** Takes a shared lock on the file of {@code fd}, waiting for it; closing {@code fd} releases it. */
    default void share(int fd) {
        check(libc().repeat("flock", fd, FileFlag.LOCK_SH), "flock", fd);
    }

    /** Tries to take an exclusive lock on the file of {@code fd}, and returns whether that succeeded. */
    default boolean lockIfFree(int fd) {
        return lockIfFree(fd, FileFlag.LOCK_EX);
    }

    /** Tries to take a shared lock on the file of {@code fd}, and returns whether that succeeded. */
    default boolean shareIfFree(int fd) {
        return lockIfFree(fd, FileFlag.LOCK_SH);
    }

    private boolean lockIfFree(int fd, int kind) {
        int result = libc().repeat("flock", fd, kind | FileFlag.LOCK_NB);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        check(result, "flock", fd);
        return true;
    }

    /** Waits until an event occurs on {@code set}, at most {@code millis} milliseconds (-1: forever); man 2 poll. */
    default boolean poll(PollSet set, int millis) {
        return check(libc().repeat("poll", set.bytes(), set.count(), millis), "poll") > 0;
    }
}
