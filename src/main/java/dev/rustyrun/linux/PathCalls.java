package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;
import static dev.rustyrun.linux.LinuxException.failure;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Directories, the names in them, links and extended attributes. */
public interface PathCalls extends KernelCalls {

    /** XATTR_SIZE_MAX and XATTR_LIST_MAX. */
    int MAX_ATTRIBUTE = 64 * 1024;
    /** The space that is tried first, because this memory is cleared for each call. */
    int DEFAULT_ATTRIBUTE = 256;

    /** Changes the working directory; man 2 chdir. */
    default void changeDirectory(String path) {
        check(libc().call("chdir", path), "chdir", path);
    }

    /** Changes the working directory to an open directory; man 2 fchdir. */
    default void changeDirectory(int fd) {
        check(libc().call("fchdir", fd), "fchdir", fd);
    }

    /** Makes a directory below the open directory {@code dirfd}; man 2 mkdir. */
    default void makeDirectory(int dirfd, String path, int mode) {
        check(libc().call("mkdirat", dirfd, path, mode), "mkdir", path);
    }

    /** Makes the directory {@code path}; man 2 mkdir. */
    default void makeDirectory(String path, int mode) {
        makeDirectory(FileFlag.AT_FDCWD, path, mode);
    }

    /** Removes the directory {@code path} if it is empty, and returns whether it no longer exists; man 2 rmdir. */
    default boolean removeIfEmpty(String path) {
        int result = libc().call("unlinkat", FileFlag.AT_FDCWD, path, FileFlag.AT_REMOVEDIR);
        return result == 0 || result == -Errno.ENOENT;
    }

    /** Removes the empty directory {@code path}; man 2 rmdir. */
    default void removeDirectory(String path) {
        removeDirectory(FileFlag.AT_FDCWD, path);
    }

    /** Removes the empty directory {@code path} below the open directory {@code dirfd}; man 2 unlink, AT_REMOVEDIR. */
    default void removeDirectory(int dirfd, String path) {
        check(libc().call("unlinkat", dirfd, path, FileFlag.AT_REMOVEDIR), "rmdir", path);
    }

    /** Removes the file {@code path}, if it exists; man 2 unlink. */
    default void removeFile(String path) {
        removeFile(FileFlag.AT_FDCWD, path);
    }

    /** Removes the file {@code path} below the open directory {@code dirfd}, if it exists; man 2 unlink. */
    default void removeFile(int dirfd, String path) {
        int result = libc().call("unlinkat", dirfd, path, 0);
        if (result < 0 && result != -Errno.ENOENT) {
            throw failure(result, "unlink", path);
        }
    }

    /** Renames {@code from} to {@code to}, replacing a file of that name; man 2 rename. */
    default void rename(String from, String to) {
        check(libc().call("rename", from, to), "rename", from, to);
    }

    /** Renames {@code from} in one open directory to {@code to} in another; man 2 rename. */
    default void rename(int fromDirectory, String from, int toDirectory, String to) {
        check(libc().call("renameat", fromDirectory, from, toDirectory, to), "rename", from, to);
    }

    /** Renames {@code from} to {@code to} in the open directory {@code dirfd}; man 2 rename. */
    default void rename(int dirfd, String from, String to) {
        check(libc().call("renameat", dirfd, from, dirfd, to), "rename", from, to);
    }

    /** Sets the extended attribute {@code name} of {@code path}, and returns whether that succeeded; man 2 setxattr. */
    default boolean setAttribute(String path, String name, String text) {
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        return libc().call("setxattr", path, name, new Argument.Input(value, 0, value.length), value.length, 0) == 0;
    }

    /** The extended attribute {@code name} of {@code path} as text; empty when it is not set; man 2 getxattr. */
    default Optional<String> attribute(String path, String name) {
        return attributeBytes(path, name)
                .filter(value -> value.length > 0)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }

    /** The names of all extended attributes of {@code path}; man 2 listxattr. */
    default List<String> attributeNames(String path) {
        byte[] names = new byte[DEFAULT_ATTRIBUTE];
        int got = libc().call("listxattr", path, new Argument.Output(names, names.length), names.length);
        if (got == -Errno.ERANGE) {
            names = new byte[MAX_ATTRIBUTE];
            got = libc().call("listxattr", path, new Argument.Output(names, names.length), names.length);
        }
        if (got == -Errno.EOPNOTSUPP || got == 0) {
            return List.of();
        }
        check(got, "listxattr", path);
        return List.of(new String(names, 0, got, StandardCharsets.UTF_8).split("\0"));
    }

    /** The extended attribute {@code name} of {@code path} as bytes; empty when it is not set; man 2 getxattr. */
    default Optional<byte[]> attributeBytes(String path, String name) {
        byte[] value = new byte[DEFAULT_ATTRIBUTE];
        int got = libc().call("getxattr", path, name, new Argument.Output(value, value.length), value.length);
        if (got == -Errno.ERANGE) {
            value = new byte[MAX_ATTRIBUTE];
            got = libc().call("getxattr", path, name, new Argument.Output(value, value.length), value.length);
        }
        return got < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(value, got));
    }

    /** Sets the extended attribute {@code name} of an open file or directory; man 2 fsetxattr. */
    default void setAttribute(int fd, String name, byte[] value) {
        Argument input = new Argument.Input(value, 0, value.length);
        check(libc().call("fsetxattr", fd, name, input, value.length, 0), "setxattr", fd, name);
    }

    /** Removes the extended attribute {@code name} of an open file, if it is set; man 2 fremovexattr. */
    default void removeAttribute(int fd, String name) {
        int result = libc().call("fremovexattr", fd, name);
        if (result < 0 && result != -Errno.ENODATA) {
            throw failure(result, "removexattr", fd, name);
        }
    }

    /** Sets the extended attribute {@code name} of {@code path}, without following a symbolic link; man 2 lsetxattr. */
    default void setOwnAttribute(String path, String name, byte[] value) {
        Argument input = new Argument.Input(value, 0, value.length);
        check(libc().call("lsetxattr", path, name, input, value.length, 0), "setxattr", path, name);
    }

    /** Makes a hard link to {@code path} below {@code olddir}, without following a symbolic link; man 2 linkat. */
    default void link(int olddir, String path, int newdir, String name) {
        check(libc().call("linkat", olddir, path, newdir, name, 0), "link", path, name);
    }

    /** Makes a hard link {@code name} to the open file {@code fd} in the open directory {@code dirfd}; man 2 link. */
    default void link(int fd, int dirfd, String name) {
        check(libc().call("linkat", fd, "", dirfd, name, FileFlag.AT_EMPTY_PATH), "link", fd, name);
    }

    /** Makes a device or an empty file below the open directory {@code dirfd}; man 2 mknod. */
    default void makeNode(int dirfd, String path, int mode, long device) {
        check(libc().call("mknodat", dirfd, path, mode, device), "mknod", path);
    }

    /** Makes an empty file below the open directory {@code dirfd}; false when there is something already; man 2 mknod. */
    default boolean makeFileIfMissing(int dirfd, String path) {
        int result = libc().call("mknodat", dirfd, path, FileFlag.S_IFREG | 0644, 0);
        return result != -Errno.EEXIST && check(result, "mknod", path) == 0;
    }

    /** Makes a symbolic link below the open directory {@code dirfd}; man 2 symlink. */
    default void makeSymbolicLink(String target, int dirfd, String path) {
        check(libc().call("symlinkat", target, dirfd, path), "symlink", target, path);
    }

    /** The target of the symbolic link {@code path} below {@code dirfd}; man 2 readlink. */
    default String readLink(int dirfd, String path) {
        byte[] buffer = new byte[4096];
        Argument room = new Argument.Output(buffer, buffer.length);
        int length = check(libc().call("readlinkat", dirfd, path, room, buffer.length), "readlink", path);
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    /** The target of the open symbolic link {@code fd}, encoded as a {@link FileName}; man 2 readlink. */
    default String linkTarget(int fd) {
        byte[] buffer = new byte[4096];
        Argument room = new Argument.Output(buffer, buffer.length);
        int length = check(libc().call("readlinkat", fd, "", room, buffer.length), "readlink", fd);
        return FileName.of(Arrays.copyOf(buffer, length));
    }

    /**
     * The next names in the open directory {@code fd}, each encoded as a {@link FileName}; empty at the end; man 2
     * getdents.
     */
    default List<String> nextFileNames(int fd) {
        byte[] entries = new byte[DirectoryEntries.ROOM];
        Argument room = new Argument.Output(entries, entries.length);
        List<String> names = new ArrayList<>();
        for (int got = 1; got > 0 && names.isEmpty(); ) {
            got = check(libc().call("getdents64", fd, room, entries.length), "getdents64", fd);
            DirectoryEntries.decode(entries, got, name -> names.add(FileName.of(name)));
        }
        return names;
    }

    /** All remaining names in the open directory {@code fd}, as {@link #nextFileNames} returns them. */
    default List<String> fileNames(int fd) {
        List<String> all = new ArrayList<>();
        for (List<String> some = nextFileNames(fd); !some.isEmpty(); some = nextFileNames(fd)) {
            all.addAll(some);
        }
        return all;
    }

    /**
     * The next names in the open directory {@code fd}; empty at the end; man 2 getdents. Names that are not UTF-8 are
     * skipped.
     */
    default List<String> nextNames(int fd) {
        return nextNames(fd, unusable -> {});
    }

    /**
     * The next names in the open directory {@code fd}; empty at the end; man 2 getdents.
     *
     * @param unusable gets a readable form of each name that is skipped because it is not UTF-8
     */
    default List<String> nextNames(int fd, Consumer<String> unusable) {
        byte[] entries = new byte[DirectoryEntries.ROOM];
        Argument room = new Argument.Output(entries, entries.length);
        List<String> names = new ArrayList<>();
        for (int got = 1; got > 0 && names.isEmpty(); ) {
            got = check(libc().call("getdents64", fd, room, entries.length), "getdents64", fd);
            DirectoryEntries.decode(entries, got, names, unusable);
        }
        return names;
    }
}
