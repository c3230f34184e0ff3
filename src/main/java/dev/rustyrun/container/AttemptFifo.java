package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.Optional;

/**
 * The FIFO through which proxies report attempts to a service, one line each. It outlives the service: proxies that one
 * service started can report to the next one.
 */
public final class AttemptFifo {

    private AttemptFifo() {}

    /** Opens the FIFO for writing; empty when it does not exist or has no reader. */
    static Optional<OpenFile> open(Linux linux, String path) {
        return open(linux, path, FileFlag.O_WRONLY);
    }

    /**
     * Creates the FIFO if it is missing, and opens it for reading and writing, so that the reader never gets an end of
     * file; empty when that fails.
     */
    public static Optional<OpenFile> make(Linux linux, String path) {
        try {
            linux.makeNode(FileFlag.AT_FDCWD, path, FileFlag.S_IFIFO | 0600, 0);
        } catch (LinuxException e) {
            // It exists, or the disk is full; the open below finds out which.
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
            // ENXIO: the FIFO has no reader.
        }
        return Optional.empty();
    }
}
