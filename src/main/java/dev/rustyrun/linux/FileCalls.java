package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The contents of files. */
public interface FileCalls extends OpenCalls {

    /** Reads up to {@code count} bytes; 0 at the end of the file; man 2 read. */
    default int read(int fd, byte[] buffer, int count) {
        return check(libc().repeat("read", fd, new Argument.Output(buffer, count), count), "read", fd);
    }

    /** Reads up to {@code count} bytes from {@code position} on; 0 at the end of the file; man 2 pread. */
    default int readAt(int fd, byte[] buffer, int count, long position) {
        return check(
                libc().repeat("pread", fd, new Argument.Output(buffer, count), count, position), "pread", fd, position);
    }

    /** Writes up to {@code count} bytes; man 2 write. */
    default int write(int fd, byte[] buffer, int offset, int count) {
        return check(libc().repeat("write", fd, new Argument.Input(buffer, offset, count), count), "write", fd);
    }

    /** Writes all of {@code bytes}. */
    default void writeAll(int fd, byte[] bytes) {
        for (int done = 0; done < bytes.length; ) {
            done += write(fd, bytes, done, bytes.length - done);
        }
    }

    /** Writes all of {@code buffer[0..count)} at {@code position} of the file; man 2 pwrite. */
    default void writeAt(int fd, byte[] buffer, int count, long position) {
        writeAt(fd, buffer, 0, count, position);
    }

    /** Writes all {@code count} bytes of {@code buffer} from {@code offset} on at {@code position} of the file; man 2 pwrite. */
    default void writeAt(int fd, byte[] buffer, int offset, int count, long position) {
        for (int done = 0; done < count; ) {
            Argument input = new Argument.Input(buffer, offset + done, count - done);
            done += check(libc().repeat("pwrite", fd, input, count - done, position + done), "pwrite", fd, position);
        }
    }

    /** Makes the file {@code size} bytes long, with a hole where it was shorter; man 2 ftruncate. */
    default void truncate(int fd, long size) {
        check(libc().repeat("ftruncate", fd, size), "ftruncate", fd, size);
    }

    /**
     * Lets the empty file {@code to} share the blocks of the file {@code from} until one of them is written, and returns
     * whether the file system can do that; man 2 ioctl_ficlone.
     */
    default boolean cloneContents(int from, int to) {
        return libc().call("ioctl", to, Ioctl.FICLONE, from) == 0;
    }

    /** Waits until the open file or directory is on disk; man 2 fsync. */
    default void sync(int fd) {
        check(libc().repeat("fsync", fd), "fsync", fd);
    }

    /** Waits until all of the file system of {@code fd} is on disk; man 2 syncfs. */
    default void syncFileSystem(int fd) {
        check(libc().repeat("syncfs", fd), "syncfs", fd);
    }

    /**
     * Writes {@code text} to the existing file {@code path} with a single write, as files of procfs and cgroups
     * require.
     */
    default void writeFile(String path, String text) {
        int fd = open(path, FileFlag.O_WRONLY);
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Argument input = new Argument.Input(bytes, 0, bytes.length);
            check(libc().repeat("write", fd, input, bytes.length), "write", path, text);
        } finally {
            libc().call("close", fd);
        }
    }

    /** The text of the file {@code path}. */
    default String readFile(String path) {
        int fd = open(path, FileFlag.O_RDONLY);
        try {
            return readText(fd, Integer.MAX_VALUE);
        } finally {
            libc().call("close", fd);
        }
    }

    /** Reads the rest of {@code fd} as text, up to {@code max} bytes or slightly more. */
    default String readText(int fd, int max) {
        return new String(readBytes(fd, max), StandardCharsets.UTF_8);
    }

    /** Reads the rest of {@code fd}, up to {@code max} bytes or slightly more. */
    default byte[] readBytes(int fd, int max) {
        // Most files have a few lines, and a launch reads dozens of them.
        byte[] buffer = new byte[512];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(buffer.length);
        for (int got = 1; got > 0 && bytes.size() < max; ) {
            got = read(fd, buffer, buffer.length);
            bytes.write(buffer, 0, got);
            buffer = got == 512 ? new byte[8 * 1024] : buffer;
        }
        return bytes.toByteArray();
    }

    /**
     * A descriptor that reports changes of files, see {@link FileChanges}; close-on-exec and non-blocking; man 7
     * inotify.
     */
    default int watchFiles() {
        return check(libc().call("inotify_init1", FileFlag.O_CLOEXEC | FileFlag.O_NONBLOCK), "inotify_init1");
    }

    /** Makes {@code fd} report changes of {@code path}, too; the number of the watch; man 2 inotify_add_watch. */
    default int addWatch(int fd, String path, int mask) {
        return check(libc().call("inotify_add_watch", fd, path, mask), "inotify_add_watch", fd, path);
    }

    /** Removes a watch, unless the kernel did so already because the file was deleted; man 2 inotify_rm_watch. */
    default void removeWatch(int fd, int watch) {
        libc().call("inotify_rm_watch", fd, watch);
    }
}
