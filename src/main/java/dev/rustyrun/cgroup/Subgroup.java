package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A group below a container's group, in one hierarchy and without limits, that contains all processes which one process
 * of the container has started, so that they can be found. It is removed with the container's group at the latest. For
 * use by one thread.
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
     * Creates a subgroup; empty when no hierarchy of the container's group can freeze and list processes.
     *
     * @param containers files with which a process enters the container's group, {@link Cgroup#procsFiles}
     * @param name name of the new group
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

    /** The files with which a process enters the subgroup and, in the other hierarchies, the container's group. */
    public List<String> procsFiles() {
        return procsFiles;
    }

    /**
     * Sends SIGKILL to all processes in the subgroup.
     *
     * @throws CgroupException when the kernel does not permit it
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

    /** Freezes the group first, because frozen processes cannot fork. */
    private void killFrozen(CgroupTree tree) {
        V1Freezer freezer = new V1Freezer(files, directory);
        try {
            freezer.freeze();
        } catch (CgroupException cannot) {
            // A process that forks faster than it can be killed may then survive until the container's end.
        }
        tree.killEach();
        freezer.thaw();
    }

    /** Removes the group if it is empty; processes may still be running in it. */
    public void removeIfEmpty() {
        // Otherwise it is removed with the container's group.
        files.linux().removeIfEmpty(directory);
    }
}
