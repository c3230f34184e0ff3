package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerException;
import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.FileSystemStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.List;

/**
 * Keeps what is put into a container's file systems in memory within its memory limit: the kernel counts it for this service,
 * which writes it, and not for the container.
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
     * One for {@code directory} of a container.
     *
     * @param launched what the container was launched with
     * @param root of that container
     */
    static RoomGuard of(Linux linux, LaunchedWith launched, OpenFile root, OpenFile directory) {
        FileSystemStatus system = linux.fileSystem(directory.descriptor());
        Place place = linux.status(directory.descriptor()).place();
        boolean isLayer = system.isOverlay()
                && place.isOnDeviceOf(linux.status(root.descriptor()).place());
        boolean counts = isLayer || system.isInMemory() && !isOnHost(linux, launched.sources(), place);
        return new RoomGuard(linux, directory, counts ? launched.memory().orElse(Long.MAX_VALUE) : Long.MAX_VALUE);
    }

    /** None, for a directory that is no container's. */
    static RoomGuard none(Linux linux, OpenFile directory) {
        return new RoomGuard(linux, directory, Long.MAX_VALUE);
    }

    /** What is mounted from the host may be large, and is not the container's. */
    private static boolean isOnHost(Linux linux, List<String> sources, Place place) {
        for (String source : sources) {
            try {
                if (place.isOnDeviceOf(linux.status(source).place())) {
                    return true;
                }
            } catch (LinuxException gone) {
                // Then nothing can be told about it.
            }
        }
        return false;
    }

    /**
     * Checks that there is room for {@code more} bytes.
     *
     * @throws ContainerException when there is not
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
