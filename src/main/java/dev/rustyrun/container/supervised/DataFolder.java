package dev.rustyrun.container.supervised;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.OwnDirectory;
import dev.rustyrun.container.StaleContainers;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The folder of monitored containers. A running service locks it for itself; the lock ends with the process. */
public final class DataFolder {

    private static final int OTHERS_MAY_WRITE = 0022;

    private final Linux linux;
    private final SelfExec self;
    private final ContainerStore store;
    private final Containers containers;

    /** The folder of {@code containers}. */
    public DataFolder(LaunchTools tools, Containers containers) {
        this.linux = tools.linux();
        this.self = tools.self();
        this.store = tools.store();
        this.containers = containers;
    }

    /**
     * Locks the folder for this process, until it ends.
     *
     * @throws InvalidSpecException when another service has locked it, other users can write to it, or it cannot be made
     */
    public void lock() {
        try {
            takeEmpty(containers.root());
            lock(OwnDirectory.make(linux, containers.root().toString()));
        } catch (LinuxException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }

    private void lock(OwnDirectory folder) {
        if (!linux.lockIfFree(folder.descriptor())) {
            folder.close();
            throw new InvalidSpecException("another service keeps its containers in " + folder.path()
                    + ": stop it, or choose another --data-folder");
        }
        // Not closed, because that would release the lock.
    }

    /**
     * Removes the write permission of other users from an empty folder of this user: Kubernetes makes an emptyDir
     * volume with mode 0777. A folder that is not empty may contain files of other users, and is left as it is.
     */
    private void takeEmpty(Path path) {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;
        try (OpenFile folder = new OpenFile(linux, linux.open(path.toString(), flags))) {
            FileStatus status = linux.status(folder.descriptor());
            Path opened = Path.of(folder.path());
            if (status.uid() != linux.userId() || (status.mode() & OTHERS_MAY_WRITE) == 0 || !isEmpty(opened)) {
                return;
            }
            linux.changeMode(folder.descriptor(), 0700);
            if (!isEmpty(opened)) {
                // Another user has written meanwhile: the mode is restored, so that the folder is refused.
                linux.changeMode(folder.descriptor(), status.permissions());
            }
        } catch (LinuxException | IOException e) {
            // The folder is missing, or belongs to another user: the next check reports it.
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /** Cleans up at the start of a service, before any container is made; returns one line for each result. */
    public List<String> collect() {
        List<String> lines = removeStale();
        containers.removeUnfinished(Duration.ZERO).forEach(id -> lines.add("removed folder of container " + id));
        containers.recordLost().forEach(id -> lines.add("container " + id + " is lost"));
        return lines;
    }

    /**
     * Removes the resources that killed processes have left on the host; returns one line for each that was or could
     * not be removed.
     */
    public List<String> removeStale() {
        List<String> lines = new ArrayList<>(new StaleContainers(linux, self, store).remove());
        lines.addAll(ContainerLayers.removeLeft(linux, self));
        return lines;
    }
}
