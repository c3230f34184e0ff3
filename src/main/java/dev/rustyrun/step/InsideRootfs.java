package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.Optional;

/**
 * Finds and creates files inside the root file system by descriptor, never by a path that an attacker who controls the
 * rootfs could redirect. A symbolic link is followed as inside the container: {@code ..} stops at the root. The target
 * of a link is created if it is missing.
 */
final class InsideRootfs {

    private static final int MAX_LINKS = 40;

    private final Linux linux;
    private final int root;
    private FileStatus rootStatus;

    InsideRootfs(Linux linux, int root) {
        this.linux = linux;
        this.root = root;
    }

    /** The directory {@code path}, created with its parents when missing. */
    OpenFile directory(String path) {
        return openOrMake(path, this::makeDirectory, MAX_LINKS);
    }

    /** The directory or file {@code path}, created as an empty file when missing. */
    OpenFile file(String path) {
        return openOrMake(path, this::makeFile, MAX_LINKS);
    }

    /** The directory {@code path}, created when missing; no part of the path may be a symbolic link. */
    OpenFile directoryWithoutLinks(String path) {
        return withoutLinks(path, "a directory", () -> makeAt(path, this::makeDirectory));
    }

    /** The file {@code path}, created as an empty file when missing; no part of the path may be a symbolic link. */
    OpenFile fileWithoutLinks(String path) {
        return withoutLinks(path, "a file", () -> makeAt(path, this::makeFile));
    }

    /** The existing file {@code path}, no part of which may be a symbolic link; throws ENOENT when it is missing. */
    OpenFile existingWithoutLinks(String path, String what) {
        return withoutLinks(path, what, null);
    }

    private OpenFile withoutLinks(String path, String what, Runnable make) {
        try {
            return new OpenFile(linux, linux.openWithoutLinks(root, relative(path), FileFlag.O_PATH));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ELOOP) {
                throw StepFailure.ofRequest(path + " in the rootfs is a symbolic link; it must be " + what);
            }
            if (e.errno() != Errno.ENOENT || make == null) {
                throw e;
            }
            make.run();
            return new OpenFile(linux, linux.openWithoutLinks(root, relative(path), FileFlag.O_PATH));
        }
    }

    /** The existing file at {@code path}; throws ENOENT when it is missing. */
    OpenFile existing(String path) {
        return opened(path, FileFlag.O_PATH);
    }

    /** An unattached copy of the root's own mount, without the mounts that cover parts of it. */
    OpenFile uncovered() {
        return new OpenFile(linux, linux.cloneMount("/proc/self/fd/" + root, false));
    }

    /** Like {@link #existing}, but null when the file, or a directory on the way to it, is missing. */
    OpenFile existingOrNull(String path) {
        int found = linux.tryOpenInRoot(root, relative(path), FileFlag.O_PATH);
        if (found == -Errno.ENOENT || found == -Errno.ENOTDIR) {
            return null;
        }
        if (found < 0) {
            throw failure(path, found);
        }
        return new OpenFile(linux, found);
    }

    /** Whether {@code file} is the root directory, perhaps through another mount. */
    boolean isRoot(OpenFile file) {
        return linux.status(file.descriptor()).place().equals(rootStatus().place());
    }

    /** Whether a file with this status is the root directory through the root's own mount. */
    boolean isRootMount(FileStatus file) {
        return file.mount() == rootStatus().mount()
                && file.place().equals(rootStatus().place());
    }

    /** The status of the root, of which only what never changes may be used: the file, and its mount. */
    private FileStatus rootStatus() {
        rootStatus = rootStatus == null ? linux.status(root) : rootStatus;
        return rootStatus;
    }

    private static LinuxException failure(String path, int result) {
        return LinuxException.of("openat2 RESOLVE_IN_ROOT(\"" + relative(path) + "\")", -result);
    }

    /** The existing file at {@code path}, opened with {@code flags} of man 2 open. */
    OpenFile opened(String path, int flags) {
        return new OpenFile(linux, linux.openInRoot(root, relative(path), flags));
    }

    private OpenFile openOrMake(String path, Maker maker, int linksLeft) {
        // Without an exception: a missing mount point is normal.
        int found = linux.tryOpenInRoot(root, relative(path), FileFlag.O_PATH);
        if (found >= 0) {
            return new OpenFile(linux, found);
        }
        if (found != -Errno.ENOENT) {
            LinuxException failure = failure(path, found);
            throw found == -Errno.ENOTDIR
                    ? StepFailure.ofRequest(
                            path + " is below a file in the container that is not a directory: " + failure.getMessage())
                    : failure;
        }
        String name = nameOf(path);
        try (OpenFile parent = openOrMake(parentOf(path), this::makeDirectory, linksLeft)) {
            if (!name.equals(".") && !name.equals("..")) {
                try {
                    maker.make(parent, name);
                } catch (LinuxException e) {
                    if (e.errno() == Errno.EROFS || e.errno() == Errno.EPERM) {
                        // As in the kernel's file systems, such as /sys and /dev/pts.
                        throw StepFailure.ofRequest(
                                path + " is missing in the container and cannot be created: " + e.getMessage());
                    }
                    if (e.errno() != Errno.EEXIST) {
                        throw e;
                    }
                    // Either a link with a missing target, which is created now, or a file that has just been created
                    // by another process.
                    Optional<String> target = linkTarget(parent, name);
                    if (target.isPresent()) {
                        return throughLink(path, target.get(), maker, linksLeft);
                    }
                }
            }
        }
        return existing(path);
    }

    private OpenFile throughLink(String path, String target, Maker maker, int linksLeft) {
        if (linksLeft == 0) {
            throw LinuxException.of("openat2(\"" + path + "\")", Errno.ELOOP);
        }
        String named = (target.startsWith("/") ? target : parentOf(path) + "/" + target).replaceAll("/+", "/");
        return openOrMake(
                named.length() > 1 && named.endsWith("/") ? named.substring(0, named.length() - 1) : named,
                maker,
                linksLeft - 1);
    }

    private Optional<String> linkTarget(OpenFile parent, String name) {
        try {
            return Optional.of(linux.readLink(parent.descriptor(), name));
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void makeDirectory(OpenFile parent, String name) {
        linux.makeDirectory(parent.descriptor(), name, 0755);
    }

    private void makeFile(OpenFile parent, String name) {
        linux.makeNode(parent.descriptor(), name, FileFlag.S_IFREG | 0644, 0);
    }

    /** Creates a file whose path may not contain a link; a link with a missing target is not followed. */
    private void makeAt(String path, Maker maker) {
        try (OpenFile parent = directory(parentOf(path))) {
            maker.make(parent, nameOf(path));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    private interface Maker {
        void make(OpenFile parent, String name);
    }

    private static String relative(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return start == path.length() ? "." : path.substring(start);
    }

    /** The directory that contains {@code path}; the parent of the root is the root. */
    static String parentOf(String path) {
        int slash = path.lastIndexOf('/', path.length() - 2);
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** The last name of {@code path}. */
    static String nameOf(String path) {
        String name = path.substring(path.lastIndexOf('/', path.length() - 2) + 1);
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }
}
