package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.function.Supplier;

/**
 * Finds and makes files inside the root file system by descriptor, never by a path string that someone who controls the
 * rootfs could redirect. A symbolic link is followed as it would be inside the container; one that climbs above the root,
 * or through which something missing would have to be made, is refused.
 */
final class InsideRootfs {

    private static final int MOST_LINKS = 40;

    private final Linux linux;
    private final int root;

    InsideRootfs(Linux linux, int root) {
        this.linux = linux;
        this.root = root;
    }

    /** The directory {@code path}, made with its parents when missing. */
    OpenFile directory(String path) {
        return openOrMake(path, () -> makeDirectory(path));
    }

    /** The directory or file {@code path}, made as an empty file when missing. */
    OpenFile file(String path) {
        return openOrMake(path, () -> makeFile(path));
    }

    /** The directory {@code path} of which no part is a symbolic link, made when missing. */
    OpenFile directoryWithoutLinks(String path) {
        return withoutLinks(path, "a directory", () -> makeDirectory(path));
    }

    /** The file {@code path} of which no part is a symbolic link, made empty when missing. */
    OpenFile fileWithoutLinks(String path) {
        return withoutLinks(path, "a file", () -> makeFile(path));
    }

    /** What is at {@code path}, of which no part may be a symbolic link; throws ENOENT when nothing is. */
    OpenFile existingWithoutLinks(String path, String what) {
        return withoutLinks(path, what, null);
    }

    private OpenFile withoutLinks(String path, String what, Runnable make) {
        try {
            return new OpenFile(linux, linux.openWithoutLinks(root, relative(path), FileFlag.O_PATH));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ELOOP) {
                throw new StepFailure(path + " in the rootfs is a symbolic link; it must be " + what);
            }
            if (e.errno() != Errno.ENOENT || make == null) {
                throw e;
            }
            make.run();
            return new OpenFile(linux, linux.openWithoutLinks(root, relative(path), FileFlag.O_PATH));
        }
    }

    /** What is at {@code path}; throws ENOENT when nothing is. */
    OpenFile existing(String path) {
        return new OpenFile(linux, open(path, MOST_LINKS));
    }

    /** What is at {@code path}, opened to be used, with {@code flags} of man 2 open. */
    OpenFile opened(String path, int flags) {
        return new OpenFile(linux, linux.openInRoot(root, relative(path), flags));
    }

    private OpenFile openOrMake(String path, Runnable make) {
        try {
            return existing(path);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        make.run();
        return throughNoDanglingLink(path, () -> existing(path));
    }

    private void makeDirectory(String path) {
        try (OpenFile parent = directory(parentOf(path))) {
            ignoringExisting(() -> linux.makeDirectory(parent.descriptor(), nameOf(path), 0755));
        }
    }

    private void makeFile(String path) {
        try (OpenFile parent = directory(parentOf(path))) {
            ignoringExisting(() -> linux.makeNode(parent.descriptor(), nameOf(path), FileFlag.S_IFREG | 0644, 0));
        }
    }

    /** Something was there, yet opening it found nothing: it is a link that leads nowhere inside the rootfs. */
    private static OpenFile throughNoDanglingLink(String path, Supplier<OpenFile> open) {
        try {
            return open.get();
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                throw climbsOut(path);
            }
            throw e;
        }
    }

    /**
     * Opens {@code path} with RESOLVE_BENEATH, which refuses whatever leaves the root, and lets through what is legal in
     * a container all the same: an absolute link, replaced by what it says, inside the root.
     */
    private int open(String path, int linksLeft) {
        try {
            return linux.openBeneath(root, relative(path), FileFlag.O_PATH);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EXDEV || linksLeft == 0) {
                throw e;
            }
            return open(withoutAbsoluteLink(path), linksLeft - 1);
        }
    }

    /** {@code path} with its first absolute link replaced by where it leads. */
    private String withoutAbsoluteLink(String path) {
        int end = 0;
        while (end >= 0) {
            end = path.indexOf('/', end + 1);
            String prefix = end < 0 ? path : path.substring(0, end);
            try {
                linux.close(linux.openBeneath(root, relative(prefix), FileFlag.O_PATH));
            } catch (LinuxException e) {
                String target = linkTarget(prefix);
                if (e.errno() != Errno.EXDEV || !target.startsWith("/")) {
                    throw climbsOut(path);
                }
                return target + (end < 0 ? "" : path.substring(end));
            }
        }
        throw climbsOut(path);
    }

    private String linkTarget(String path) {
        try (OpenFile parent = existing(parentOf(path))) {
            return linux.readLink(parent.descriptor(), nameOf(path));
        }
    }

    private static void ignoringExisting(Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    private static StepFailure climbsOut(String path) {
        return new StepFailure(path + " climbs out of the rootfs through a symbolic link");
    }

    private static String relative(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return start == path.length() ? "." : path.substring(start);
    }

    /** The directory that {@code path} is in; the root is in itself. */
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
