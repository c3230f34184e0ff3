package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Groups below {@link CgroupPath#PARENT} without a container, for example because all processes of a launch were
 * killed.
 */
public final class StaleCgroups {

    private final ControlFiles files;
    private final CgroupLayout layout;

    public StaleCgroups(Linux linux, CgroupLayout layout) {
        this.files = new ControlFiles(linux);
        this.layout = layout;
    }

    /**
     * The ids of containers whose groups {@code owner} has marked as its own, and that have no processes.
     */
    public List<String> find(String owner) {
        TreeSet<String> ids = new TreeSet<>();
        for (String parent : parents()) {
            for (String child : files.children(parent)) {
                ids.add(child.substring(parent.length() + 1));
            }
        }
        List<String> gone = new ArrayList<>();
        for (String id : ids) {
            boolean own = CgroupOwner.of(files.linux(), layout, CgroupPath.of("", id))
                    .map(owner::equals)
                    .orElse(false);
            if (own && group(id).processes().isEmpty()) {
                gone.add(id);
            }
        }
        return gone;
    }

    /**
     * Kills remaining processes in the group of the container {@code id}, and removes the group.
     *
     * @throws CgroupException when it cannot be removed
     */
    public void remove(String id) {
        Cgroup group = group(id);
        group.kill();
        group.remove();
    }

    /** Removes {@link CgroupPath#PARENT} itself if it is empty. */
    public void removeEmptyParents() {
        for (String parent : parents()) {
            try {
                files.linux().removeDirectory(parent);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EBUSY && e.errno() != Errno.ENOENT) {
                    throw CgroupException.of("cannot remove the cgroup " + parent, e, "");
                }
            }
        }
    }

    private Cgroup group(String id) {
        return Cgroup.at(files.linux(), layout, CgroupPath.of("", id));
    }

    private List<String> parents() {
        List<String> parents = new ArrayList<>();
        for (CgroupMount mount : layout.v1Mounts()) {
            parents.add(mount.mountPoint() + CgroupPath.PARENT);
        }
        layout.v2().ifPresent(mount -> parents.add(mount.mountPoint() + CgroupPath.PARENT));
        return parents;
    }
}
