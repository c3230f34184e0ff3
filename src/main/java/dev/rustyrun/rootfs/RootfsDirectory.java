package dev.rustyrun.rootfs;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Optional;

/** A root file system that is a directory on the host. */
public final class RootfsDirectory {

    /** The maximum size of passwd and group in bytes: an image can contain files of any size. */
    private static final int MAX_BYTES = 4 << 20;

    /** Every root file system contains at least one of these names. */
    private static final List<String> PARTS = List.of("bin", "sbin", "usr", "etc", "nix", "dev", "proc", "sys");

    private final Linux linux;
    private final String path;

    private RootfsDirectory(Linux linux, String path) {
        this.linux = linux;
        this.path = path;
    }

    /**
     * The directory at {@code path} on this machine.
     *
     * @throws InvalidSpecException if it is missing or cannot be used
     */
    public static RootfsDirectory at(String path) {
        return at(Linux.host(), path);
    }

    /**
     * The directory at {@code path}, which may be relative to the working directory.
     *
     * @throws InvalidSpecException if it is missing or cannot be used
     */
    public static RootfsDirectory at(Linux linux, String path) {
        if (path.isEmpty()) {
            throw new InvalidSpecException("rootfs \"\" is empty: give the path of a directory");
        }
        String absolute =
                java.nio.file.Path.of(path).toAbsolutePath().normalize().toString();
        try {
            if (!linux.status(absolute).isDirectory()) {
                throw new InvalidSpecException("rootfs " + path + " is not a directory");
            }
        } catch (LinuxException e) {
            throw new InvalidSpecException("rootfs " + path + " cannot be used: " + Errno.describe(e.errno())
                    + "; rustyrun rootfs get makes one");
        }
        return new RootfsDirectory(linux, absolute);
    }

    /**
     * Checks that the directory contains {@code program} or a usual directory of a root file system, because the start of
     * a container creates directories in it.
     *
     * @throws InvalidSpecException if the directory does not look like a root file system
     */
    public void checkTree(String program) {
        try (OpenFile root = new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            if (PARTS.stream().noneMatch(part -> has(root, part)) && !(program.startsWith("/") && has(root, program))) {
                throw new InvalidSpecException(
                        "rootfs " + path + " does not look like a root file system: it contains neither " + program
                                + " nor a directory such as /bin or /usr; rustyrun rootfs get makes one");
            }
        }
    }

    private boolean has(OpenFile root, String name) {
        try {
            linux.close(linux.openInRoot(root.descriptor(), name, FileFlag.O_PATH));
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** The absolute path on the host. */
    public String path() {
        return path;
    }

    /** The text of a file; links are resolved inside the root file system. Empty if the file cannot be read. */
    Optional<String> read(String file) {
        try (OpenFile root = new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                OpenFile open = new OpenFile(
                        linux, linux.openInRoot(root.descriptor(), file, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK))) {
            return Optional.of(linux.readText(open.descriptor(), MAX_BYTES));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }
}
