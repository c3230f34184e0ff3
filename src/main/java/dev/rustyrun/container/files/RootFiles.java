package dev.rustyrun.container.files;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.LoweredCapability;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerException.Kind;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Files below an open root directory. A path is resolved as in a chroot, so that no link leads out of it; man 2
 * openat2, RESOLVE_IN_ROOT.
 */
final class RootFiles {

    private static final int MAX_ATTEMPTS = 100;

    private final Linux linux;
    private final OpenFile root;

    RootFiles(Linux linux, OpenFile root) {
        this.linux = linux;
        this.root = root;
    }

    OpenFile find(String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw wrong(path, "is not an absolute path");
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return checked(path, new OpenFile(linux, linux.openInRoot(root.descriptor(), path, FileFlag.O_PATH)));
            } catch (LinuxException e) {
                if (e.errno() == Errno.ENOENT) {
                    throw ContainerException.notFound(
                            "path " + Printable.quoted(path) + " does not exist in the container");
                }
                // EAGAIN: a directory was moved while .. was resolved.
                if (e.errno() != Errno.EAGAIN || attempt == MAX_ATTEMPTS) {
                    throw wrong(path, "cannot be opened: " + Errno.describe(e.errno()));
                }
            }
        }
    }

    /**
     * Refuses files in /proc, /sys and the like: they are not the container's, and a write to them would take effect
     * with this service's rights.
     */
    private OpenFile checked(String path, OpenFile file) {
        if (linux.fileSystem(file.descriptor()).isOfTheKernel()) {
            file.close();
            throw wrong(path, "is on a kernel file system, such as /proc, not a file of the container");
        }
        return file;
    }

    void checkReadable(OpenFile start, String path) {
        FileStatus status = linux.status(start.descriptor());
        if (!status.isDirectory() && !status.isRegularFile()) {
            throw wrong(path, "is neither a directory nor a file");
        }
    }

    void checkDirectory(OpenFile base, String path) {
        if (!linux.status(base.descriptor()).isDirectory()) {
            throw wrong(path, "is not a directory");
        }
    }

    void read(OpenFile start, String path, boolean strict, FileOwners owners, OutputStream out) throws IOException {
        TreeArchive archive = new TreeArchive(linux, out, owners);
        (strict ? archive.strictly() : archive)
                .write(start, path.replaceFirst("/+$", "").replaceFirst(".*/", ""));
    }

    /** Unpacks without CAP_SYS_RESOURCE, with which this process could exceed the quota of a volume. */
    void unpack(TreeUnpacking unpacking, LimitedInput in) {
        try (LoweredCapability bound = new LoweredCapability(linux, Capability.CAP_SYS_RESOURCE.ordinal())) {
            unpacking.unpack(Compression.refused(in));
        } catch (IOException e) {
            throw new ContainerException(
                    in.isExceeded() ? Kind.TOO_LARGE : Kind.INVALID_ARCHIVE,
                    in.isExceeded()
                            ? "the body has " + e.getMessage()
                            : "the body is not a tar stream: " + e.getMessage());
        }
    }

    private static ContainerException wrong(String path, String why) {
        return ContainerException.invalid("path", "path " + Printable.quoted(path) + " " + why);
    }
}
