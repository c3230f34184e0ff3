package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A group below that of a container, in one hierarchy, with no limits of its own: by it everything is found that one process
 * in the container has started. It goes with the container's at the latest. For use by one thread.
 */
public final class Subgroup {

    private static final String FREEZER = "/freezer.state";

    private final ControlFiles files;
    private final List<String> procsFiles;
    private final String directory;

    private Subgroup(ControlFiles files, List<String> procsFiles, String directory) {
        this.files = files;
        this.procsFiles = procsFiles;
        this.directory = directory;
    }

    /**
     * Makes one; nothing when the container's group is in no hierarchy that stops and finds processes.
     *
     * @param containers files through which the container's group is entered, {@link Cgroup#procsFiles}
     * @param name of the new one
     */
    public static Optional<Subgroup> make(Linux linux, List<String> containers, String name) {
        ControlFiles files = new ControlFiles(linux);
        for (String file : containers) {
            String parent = directoryOf(file);
            if (files.exists(parent + "/cgroup.controllers") || files.exists(parent + FREEZER)) {
                String directory = parent + "/" + name;
                try {
                    files.makeDirectories(parent, directory);
                } catch (LinuxException e) {
                    throw CgroupException.of("cannot make the cgroup " + directory, e, "");
                }
                List<String> all = new ArrayList<>(containers);
                all.set(all.indexOf(file), directory + file.substring(parent.length()));
                return Optional.of(new Subgroup(files, List.copyOf(all), directory));
            }
        }
        return Optional.empty();
    }

    private static String directoryOf(String file) {
        return file.substring(0, file.lastIndexOf('/'));
    }

    /** The files through which a process enters it and, in the other hierarchies, the container's group. */
    public List<String> procsFiles() {
        return procsFiles;
    }

    /**
     * Sends SIGKILL to all in it.
     *
     * @throws CgroupException when the kernel does not let us
     */
    public void kill() {
        CgroupTree tree = new CgroupTree(files, directory);
        if (files.exists(directory + "/cgroup.kill")) {
            try {
                files.write(directory + "/cgroup.kill", "1");
            } catch (LinuxException e) {
                throw CgroupException.of("cannot kill the cgroup " + directory, e, "");
            }
        } else if (files.exists(directory + FREEZER)) {
            killFrozen(tree);
        } else {
            tree.killEach();
        }
    }

    /** While they are frozen none can be made anew. */
    private void killFrozen(CgroupTree tree) {
        V1Freezer freezer = new V1Freezer(files, directory);
        try {
            freezer.freeze();
        } catch (CgroupException cannot) {
            // Then one that makes new ones faster than they can be killed may survive until the container's end.
        }
        tree.killEach();
        freezer.thaw();
    }

    /** Removes it, if nothing is left in it; what goes on in it may. */
    public void removeIfEmpty() {
        // Otherwise it goes with the container's.
        files.linux().removeIfEmpty(directory);
    }
}
