package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Resources;
import java.util.List;

/**
 * The control group of one container, whether it is there yet or not, in every hierarchy that it needs. Nothing is kept
 * here but paths: another process can go on with {@link #at}. All methods throw {@link CgroupException}, and none of
 * them waits for more than some two seconds. For use by one thread.
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

    /** No process. */
    int NOBODY = 0;

    /** In which hierarchies of v1 a group is made, before those that its limits need. */
    enum Hierarchies {
        /** In those that every container needs. */
        NEEDED,
        /** In all that can be written to: what else looks at an engine's containers finds them in each. */
        ALL
    }

    /** Where it is below the mount of each hierarchy. */
    CgroupPath path();

    /**
     * Makes it, with what is needed to tell what it uses, to freeze and to kill it. One that is there already is taken
     * over when no process is in it.
     */
    default void create(Hierarchies where) {
        create(where, NOBODY);
    }

    /**
     * The same for one that a process of ours may be in already.
     *
     * @param holder that process
     */
    void create(Hierarchies where, int holder);

    /**
     * Limits it; first makes it in the hierarchies that only these limits need, where its processes join it. What is
     * not set stays as it is, so this changes the limits of a running container too. {@code resources} must have passed
     * {@link dev.rustyrun.spec.ResourcesValidator}.
     */
    void apply(Resources resources);

    /**
     * The files that a process with one thread writes {@code 0} into to join it completely. Final after {@link #apply}.
     */
    List<String> procsFiles();

    /** The same for the first process, which enters the last of them last; a further process must not. */
    default List<String> firstProcsFiles() {
        return procsFiles();
    }

    /** Its first process has entered it. */
    default void entered() {
        // Only those that others make care.
    }

    /**
     * The same for groups below it, which must be there. Where none is named, and no process may be in the group itself as it
     * gives controllers of v2 to groups below it, the group of the container's PID 1.
     *
     * @param init that process
     */
    List<String> procsFiles(GroupsBelow below, int init);

    /** What it has used. */
    Statistics statistics();

    /** Only the number of OOM kills, or {@link Statistics#UNKNOWN}; cheap enough to poll. */
    long oomKills();

    /** What is wanted of that at the end of a launch. */
    Usage usage();

    /**
     * Whether its limit of processes leaves no room for two more: a process may always join it, but may not make another
     * in it then.
     */
    boolean isFull();

    /** Stops all of its processes, and waits until they are. */
    void freeze();

    /** Lets them go on. */
    void thaw();

    /** Whether they are stopped. */
    boolean isFrozen();

    /**
     * Sends SIGKILL to all of its processes, missing none that is just being made. {@link #remove} waits for their end.
     */
    void kill();

    /** Its processes, and those of groups below it, as this process numbers them. */
    List<Integer> processes();

    /** Removes it where nothing is in it, without waiting for anything; whether it is gone. */
    boolean removeIfEmpty();

    /** Removes it and those below it; waits a little for processes that are ending. It need not be there. */
    void remove();

    /** Whether it is there. */
    boolean exists();
}
