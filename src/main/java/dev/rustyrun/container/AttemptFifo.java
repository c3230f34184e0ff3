package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.Optional;

/**
 * The FIFO through which proxies tell a service of attempts, a line each. It outlives the service: proxies that were started
 * before it reach the next one.
 */
public final class AttemptFifo {

    private AttemptFifo() {}

    /** Opens it for writing; empty when there is none, or nobody reads there. */
    static Optional<OpenFile> open(Linux linux, String path) {
        return open(linux, path, FileFlag.O_WRONLY);
    }

    /** Makes it where it is missing, and opens it for reading, so that it never comes to an end; empty when that cannot be. */
    public static Optional<OpenFile> make(Linux linux, String path) {
        try {
            linux.makeNode(FileFlag.AT_FDCWD, path, FileFlag.S_IFIFO | 0600, 0);
        } catch (LinuxException e) {
            // It is there, or there is no room for it.
        }
        return open(linux, path, FileFlag.O_RDWR);
    }

    private static Optional<OpenFile> open(Linux linux, String path, int flags) {
        try {
            OpenFile file = new OpenFile(linux, linux.open(path, flags | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW));
            if (linux.status(file.descriptor()).isPipe()) {
                return Optional.of(file);
            }
            file.close();
        } catch (LinuxException e) {
            // ENXIO: nobody reads.
        }
        return Optional.empty();
    }
}
