package dev.rustyrun.container.files;

import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.FileSystemStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import java.util.List;

/**
 * Keeps files that this service writes into a container's memory file systems within the container's memory limit. The
 * kernel charges this memory to the service, which writes the files, and not to the container.
 */
final class RoomGuard {

    private static final long BYTES_PER_FILE = 1024;

    private final Linux linux;
    private final OpenFile directory;
    private final long most;

    private RoomGuard(Linux linux, OpenFile directory, long most) {
        this.linux = linux;
        this.directory = directory;
        this.most = most;
    }

    /**
     * The guard for {@code directory} of a container.
     *
     * @param launched the options of the container's launch
     * @param root the root of the container
     */
    static RoomGuard of(Linux linux, LaunchedWith launched, OpenFile root, OpenFile directory) {
        FileSystemStatus system = linux.fileSystem(directory.descriptor());
        Place place = linux.status(directory.descriptor()).place();
        boolean isLayer = system.isOverlay()
                && place.isOnDeviceOf(linux.status(root.descriptor()).place());
        boolean counts = isLayer || system.isInMemory() && !isOnHost(linux, launched.sources(), place);
        return new RoomGuard(linux, directory, counts ? launched.memory().orElse(Long.MAX_VALUE) : Long.MAX_VALUE);
    }

    /** No limit, for a directory outside of a running container. */
    static RoomGuard none(Linux linux, OpenFile directory) {
        return new RoomGuard(linux, directory, Long.MAX_VALUE);
    }

    /**
     * Whether {@code place} is on a file system mounted from the host: it may be large, and does not count for the
     * container.
     */
    private static boolean isOnHost(Linux linux, List<String> sources, Place place) {
        for (String source : sources) {
            try {
                if (place.isOnDeviceOf(linux.status(source).place())) {
                    return true;
                }
            } catch (LinuxException gone) {
                // The source was removed meanwhile, so its device is unknown.
            }
        }
        return false;
    }

    /**
     * Checks that {@code more} bytes fit into the limit.
     *
     * @throws ContainerException when they do not
     */
    void check(long more) {
        if (most == Long.MAX_VALUE) {
            return;
        }
        FileSystemStatus system = linux.fileSystem(directory.descriptor());
        if (system.used() + system.files() * BYTES_PER_FILE + more > most) {
            throw new ContainerException(
                    ContainerException.Kind.NO_ROOM,
                    "the container's files in memory would take more than its memory limit of " + most + " bytes");
        }
    }
}
