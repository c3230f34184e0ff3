package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Resources;
import java.util.List;

/**
 * The control group of one container, existing or not, in every hierarchy that it needs. Only paths are stored here:
 * another process can use the same group with {@link #at}. All methods throw {@link CgroupException}, and none blocks
 * for more than about two seconds. For use by one thread.
 */
public interface Cgroup {

    /**
     * The group at {@code path}.
     *
     * @throws CgroupException when this machine has no control groups
     */
    static Cgroup at(Linux linux, CgroupLayout layout, CgroupPath path) {
        Cgroup group = ofKernel(linux, layout, path);
        return path.ofSystemd() ? new SystemdCgroup(linux, layout, path, group) : group;
    }

    private static Cgroup ofKernel(Linux linux, CgroupLayout layout, CgroupPath path) {
        ControlFiles files = new ControlFiles(linux);
        return switch (layout.kind()) {
            case V1 -> new V1Cgroup(files, layout, path);
            case V2 -> new V2Cgroup(files, layout, path);
            case HYBRID -> new HybridCgroup(files, layout, path);
            case NONE ->
                throw new CgroupException("no control groups are mounted here; on most machines"
                        + " mount -t cgroup2 none /sys/fs/cgroup mounts them, in a container run it privileged");
        };
    }

    /** Means no process. */
    int NOBODY = 0;

    /** The hierarchies of v1 in which a group is created, in addition to those that its limits need. */
    enum Hierarchies {
        /** The hierarchies that every container needs. */
        NEEDED,
        /** All writable hierarchies: other tools expect an engine's containers in each of them. */
        ALL
    }

    /** The path below the mount point of each hierarchy. */
    CgroupPath path();

    /**
     * Creates the group, with the controllers that are needed to measure, freeze and kill it. An existing group is
     * reused if it has no processes.
     */
    default void create(Hierarchies where) {
        create(where, NOBODY);
    }

    /**
     * Creates a group that may already contain a process of this launch.
     *
     * @param holder process id of that process
     */
    void create(Hierarchies where, int holder);

    /**
     * Sets limits. First creates the group in hierarchies that only these limits need, which its processes then join.
     * Values that are not set stay unchanged, so this also updates the limits of a running container. {@code resources}
     * must have passed {@link dev.rustyrun.spec.ResourcesValidator}.
     */
    void apply(Resources resources);

    /**
     * The files to which a process with one thread writes {@code 0} to join the group completely. Final after
     * {@link #apply}.
     */
    List<String> procsFiles();

    /**
     * The files for the first process, which must write to the last one last; other processes must not write to that.
     */
    default List<String> firstProcsFiles() {
        return procsFiles();
    }

    /** Called when the first process has entered the group. */
    default void entered() {
        // Only a group that another process manages needs this.
    }

    /**
     * The files for joining existing groups below this one. If none is named, and this group cannot contain processes
     * because it enables v2 controllers for groups below it, they lead to the group of the container's PID 1.
     *
     * @param init process id of PID 1
     */
    List<String> procsFiles(GroupsBelow below, int init);

    /** The resource usage of the group. */
    Statistics statistics();

    /** Only the number of OOM kills, or {@link Statistics#UNKNOWN}; cheap enough to poll. */
    long oomKills();

    /** The part of the usage that is reported at the end of a launch. */
    Usage usage();

    /**
     * Whether its process limit leaves no room for two more processes: then a process can still join it, but cannot
     * fork in it.
     */
    boolean isFull();

    /** Freezes all of its processes, and waits until they are frozen. */
    void freeze();

    /** Thaws its processes. */
    void thaw();

    /** Whether its processes are frozen. */
    boolean isFrozen();

    /**
     * Sends SIGKILL to all of its processes, including those that are being forked. {@link #remove} waits for their
     * end.
     */
    void kill();

    /** Its processes and those of groups below it, as process ids in this process's PID namespace. */
    List<Integer> processes();

    /** Removes the group if it is empty, without waiting; returns whether it no longer exists. */
    boolean removeIfEmpty();

    /** Removes the group and those below it, if they exist; waits a moment for processes that are ending. */
    void remove();

    /** Whether the group exists. */
    boolean exists();
}
