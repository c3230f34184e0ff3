package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Leftovers;
import dev.rustyrun.container.OwnDirectory;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The folder of the service's containers: its own alone, as long as it runs, by a lock that ends with it. At its start it
 * collects what a service that was killed has left.
 */
@Singleton
final class DataFolder {

    private static final Logger LOG = Logger.getLogger(DataFolder.class);
    private static final int FAILED = 125;
    /** Before all that makes or looks for containers. */
    private static final int FIRST = 1;

    private static final int OTHERS_MAY_WRITE = 0022;

    private final Linux linux;
    private final ContainerStore store;
    private final Containers containers;

    DataFolder(LaunchTools tools, Containers containers) {
        this.linux = tools.linux();
        this.store = tools.store();
        this.containers = containers;
    }

    void open(@Observes @Priority(FIRST) StartupEvent event) {
        try {
            lock();
        } catch (InvalidSpecException | LinuxException e) {
            // Nothing has been started: there is nothing to stop, and one line to say.
            System.err.println("rustyrun: " + e.getMessage());
            linux.exit(FAILED);
        }
        collect().forEach(line -> LOG.infof("of a service that was killed: %s", line));
    }

    private void lock() {
        takeEmpty(containers.root());
        OwnDirectory folder = OwnDirectory.make(linux, containers.root().toString());
        if (!linux.lockIfFree(folder.descriptor())) {
            folder.close();
            throw new InvalidSpecException("another service keeps its containers in " + folder.path()
                    + ": stop that one, or give this one a --data-folder of its own");
        }
        // Not closed: it is locked until this process ends.
    }

    /**
     * Takes the write permission of others from an empty folder of this user's: that is a volume which was made for this
     * service, as Kubernetes makes an emptyDir for all (0777). In a folder that is not empty somebody may have laid something.
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
                // Somebody was faster: it is refused, as it was.
                linux.changeMode(folder.descriptor(), status.permissions());
            }
        } catch (LinuxException | IOException e) {
            // It is not there yet, or another user's: what looks at it next says so.
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /** Removes what nobody will ask for any more; what was removed and what could not be, a line each. */
    List<String> collect() {
        List<String> lines = new Leftovers(linux, store).remove();
        containers.removeUnfinished().forEach(id -> lines.add("removed folder of container " + id));
        containers.settleLost().forEach(id -> lines.add("container " + id + " is lost"));
        return lines;
    }
}
