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

/** The folder of supervised containers: one service's alone, as long as it runs, by a lock that ends with it. */
public final class DataFolder {

    private static final int OTHERS_MAY_WRITE = 0022;

    private final Linux linux;
    private final SelfExec self;
    private final ContainerStore store;
    private final Containers containers;

    /** That of {@code containers}. */
    public DataFolder(LaunchTools tools, Containers containers) {
        this.linux = tools.linux();
        this.self = tools.self();
        this.store = tools.store();
        this.containers = containers;
    }

    /**
     * Takes it for this process, until that ends.
     *
     * @throws InvalidSpecException when another has it, or others may write in it
     */
    public void lock() {
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

    /** Removes what nobody will ask for any more, before any is made; what was removed and what could not be, a line each. */
    public List<String> collect() {
        List<String> lines = removeStale();
        containers.removeUnfinished(Duration.ZERO).forEach(id -> lines.add("removed folder of container " + id));
        containers.settleLost().forEach(id -> lines.add("container " + id + " is lost"));
        return lines;
    }

    /** Removes what killed processes have left on the host; what was removed and what could not be, a line each. */
    public List<String> removeStale() {
        List<String> lines = new ArrayList<>(new StaleContainers(linux, store).remove());
        lines.addAll(ContainerLayers.removeLeft(linux, self));
        return lines;
    }
}
