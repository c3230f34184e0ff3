package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Arrays;

/** Descriptors, whatever they are open on. */
public interface DescriptorCalls extends KernelCalls {

    /** Closes {@code fd}; man 2 close. */
    default void close(int fd) {
        check(libc().call("close", fd), "close", fd);
    }

    /** Closes all of these that are not negative, even when that fails for one of them. */
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

    /** Closes the descriptors from {@code first} to {@code last}, -1 for all that follow; man 2 close_range, Linux 5.9. */
    default void closeRange(int first, int last) {
        check(libc().call("close_range", first, Integer.toUnsignedLong(last), 0), "close_range", first, last);
    }

    /** Lets no descriptor from {@code first} on survive an execve; man 2 close_range, CLOSE_RANGE_CLOEXEC. */
    default void closeOnExecFrom(int first) {
        long last = Integer.toUnsignedLong(-1);
        check(libc().call("close_range", first, last, FileFlag.CLOSE_RANGE_CLOEXEC), "close_range", first);
    }

    /** Lets {@code fd} survive no execve; man 2 fcntl, FD_CLOEXEC. */
    default void closeOnExec(int fd) {
        check(libc().call("fcntl", fd, FileFlag.F_SETFD, FileFlag.FD_CLOEXEC), "fcntl FD_CLOEXEC", fd);
    }

    /** Lets {@code fd} survive an execve; man 2 fcntl, FD_CLOEXEC. */
    default void keepOnExec(int fd) {
        check(libc().call("fcntl", fd, FileFlag.F_SETFD, 0), "fcntl FD_CLOEXEC", fd);
    }

    /** Whether {@code fd} is open and survives an execve, as what this process was given does. */
    default boolean isInherited(int fd) {
        return libc().call("fcntl", fd, FileFlag.F_GETFD, 0) == 0;
    }

    /**
     * Opens /dev/null as each of the descriptors 0, 1 and 2 that is not open. Otherwise a file of ours would take the place
     * and would be given to a command as its standard input or output.
     */
    default void openMissingStandardDescriptors() {
        for (int fd = 0; fd <= 2; fd++) {
            if (libc().call("fcntl", fd, FileFlag.F_GETFD, 0) < 0) {
                // What is written to a closed standard output fails, as it would have.
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

    /** Whether {@code fd} was opened to be written; man 2 fcntl, F_GETFL. */
    default boolean isWritable(int fd) {
        int flags = check(libc().call("fcntl", fd, FileFlag.F_GETFL, 0), "fcntl F_GETFL", fd);
        return (flags & FileFlag.O_ACCMODE) != FileFlag.O_RDONLY;
    }

    /** A pipe: the end to read from, and the one to write to; man 2 pipe, O_CLOEXEC. */
    default int[] pipe() {
        int[] ends = new int[2];
        check(libc().call("pipe2", ends, FileFlag.O_CLOEXEC), "pipe");
        return ends;
    }

    /** Makes {@code to} the same open file as {@code from}; man 2 dup. */
    default void duplicate(int from, int to) {
        check(libc().repeat("dup2", from, to), "dup2", from, to);
    }

    /** A new number, {@code min} or above, for the open file {@code fd}; close-on-exec; man 2 fcntl, F_DUPFD_CLOEXEC. */
    default int duplicateFrom(int fd, int min) {
        return check(libc().call("fcntl", fd, FileFlag.F_DUPFD_CLOEXEC, min), "fcntl F_DUPFD_CLOEXEC", fd, min);
    }

    /** Waits until nobody else has {@code fd}'s file locked, and locks it until {@code fd} is closed; man 2 flock. */
    default void lock(int fd) {
        check(libc().repeat("flock", fd, FileFlag.LOCK_EX), "flock", fd);
    }

    /** Waits until nobody has {@code fd}'s file locked alone, and locks it together with others until {@code fd} is closed. */
    default void share(int fd) {
        check(libc().repeat("flock", fd, FileFlag.LOCK_SH), "flock", fd);
    }

    /** Locks {@code fd}'s file alone without waiting: whether nobody else has it locked. */
    default boolean lockIfFree(int fd) {
        return lockIfFree(fd, FileFlag.LOCK_EX);
    }

    /** The same together with others that do not lock it alone: whether nobody has it locked alone. */
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

    /** Waits until something happened on {@code set}, at most {@code millis} (-1: for ever); man 2 poll. */
    default boolean poll(PollSet set, int millis) {
        return check(libc().repeat("poll", set.bytes(), set.count(), millis), "poll") > 0;
    }
}
