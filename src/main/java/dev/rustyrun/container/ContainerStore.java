package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupOwner;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.network.cni.CniConnections;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.seccomp.SeccompFilters;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The containers of this user on this machine: one folder each, with a {@code state.json}, in the folder that
 * {@link StorePlace} names. The store outlives the processes that write it; {@link #leftovers} finds the containers of
 * killed processes.
 */
public final class ContainerStore {

    private static final List<String> ALL_BUT_STATE =
            Stream.concat(Stream.of(StoredStates.NEW), KeptFiles.NAMES.stream()).toList();
    private static final List<String> ALL =
            Stream.concat(Stream.of(StoredStates.STATE), ALL_BUT_STATE.stream()).toList();
    /** Begins with a dot, so it cannot be the id of a container. */
    private static final String CONNECTIONS = ".networks";
    /**
     * How often a removal is repeated because the container's state was written meanwhile; each writer writes only a
     * few times.
     */
    private static final int MAX_REMOVAL_RETRIES = 16;
    /**
     * The age from which a folder without a state counts as abandoned: its maker writes the state right after making
     * it.
     */
    private static final long ABANDONED_AFTER_SECONDS = 10;

    private final Linux linux;
    private final StoreFolder folder;
    private final StoredStates states;
    private Optional<CgroupLayout> layout = Optional.empty();
    private Optional<IdRanges> ranges = Optional.empty();
    private Optional<SeccompFilters> filters = Optional.empty();

    private boolean systemdMakesCgroups;

    private ContainerStore(Linux linux, String path) {
        this.linux = linux;
        this.folder = new StoreFolder(linux, path);
        this.states = new StoredStates(linux, folder);
    }

    /** The store of this user. */
    public static ContainerStore of(Linux linux) {
        return new ContainerStore(linux, StorePlace.of(linux));
    }

    /** The store in {@code folder}, or that of this user when {@code folder} is empty. */
    public static ContainerStore at(Linux linux, String folder) {
        return folder.isEmpty()
                ? of(linux)
                : new ContainerStore(linux, Path.of(folder).toAbsolutePath().toString());
    }

    /** Sets whether systemd makes the cgroups of new containers; returns this store. */
    public ContainerStore withSystemd(boolean makes) {
        systemdMakesCgroups = makes;
        return this;
    }

    /** Whether systemd makes the cgroups of new containers. */
    public boolean systemdMakesCgroups() {
        return systemdMakesCgroups;
    }

    /** The id ranges that all stores of this user share; made once, because it keeps a folder open. */
    synchronized IdRanges idRanges() {
        if (ranges.isEmpty()) {
            ContainerStore shared = folder().equals(StorePlace.of(linux)) ? this : of(linux);
            ranges = Optional.of(new IdRanges(linux, shared));
        }
        return ranges.get();
    }

    /** The cache of compiled seccomp filters in this store. */
    synchronized SeccompFilters filters() {
        if (filters.isEmpty()) {
            // Checks that others cannot write the folder: they could plant filters in the cache.
            folder.directory();
            filters = Optional.of(new SeccompFilters(linux, folder() + "/.seccomp", Machine.current()));
        }
        return filters.get();
    }

    Linux linux() {
        return linux;
    }

    /** The absolute path of this store. */
    public String folder() {
        return folder.path();
    }

    /**
     * Checks that a new container can have {@code id}.
     *
     * @throws InvalidSpecException when the id is invalid, or in use
     */
    public void checkFree(String id) {
        if (isTaken(ContainerId.checked(id))) {
            throw inUse(id);
        }
    }

    private boolean isTaken(String id) {
        return isAlive(id) || !isReplaceable(id);
    }

    /** A new random id of twelve hexadecimal digits. */
    public String newId() {
        return ContainerId.random(linux);
    }

    /**
     * Adds a container that is being made. It replaces a container from the command line with the same id that has
     * ended and was not deleted.
     *
     * @throws InvalidSpecException when the id is invalid, or in use
     */
    public void add(ContainerState state) {
        while (!makeDirectory(state.id())) {
            // The lock keeps other processes from removing the ended container meanwhile.
            try (ContainerLock held = lock(state.id())) {
                if (isTaken(state.id())) {
                    throw inUse(state.id());
                }
                write(state);
                return;
            } catch (NoSuchContainerException removed) {
                // The container was removed just now, so the id is free.
            }
        }
        writeFirst(state);
    }

    /** Writes the first state of a container; if that fails, the container does not exist. */
    private void writeFirst(ContainerState state) {
        boolean written = false;
        try {
            write(state);
            written = true;
        } finally {
            if (!written) {
                remove(state.id());
            }
        }
    }

    /**
     * Adds a container that is being made, and keeps it locked.
     *
     * @throws InvalidSpecException when the id is invalid, or in use
     */
    ContainerLock addLocked(ContainerState state) {
        if (!makeDirectory(state.id())) {
            throw inUse(state.id());
        }
        Optional<ContainerLock> lock = Optional.empty();
        try {
            lock = Optional.of(lock(state.id()));
            writeFirst(state);
            ContainerLock held = lock.get();
            lock = Optional.empty();
            return held;
        } finally {
            lock.ifPresent(ContainerLock::close);
        }
    }

    /** The exception for an id that another container has. */
    public static InvalidSpecException inUse(String id) {
        return new InvalidSpecException(
                "container id \"" + id + "\" is in use: a container with this id already exists");
    }

    private boolean makeDirectory(String id) {
        return folder.make(ContainerId.checked(id));
    }

    private boolean isReplaceable(String id) {
        return states.read(id).map(state -> !stays(state)).orElse(true);
    }

    /**
     * Locks the container exclusively; waits while another process has it locked.
     *
     * @throws NoSuchContainerException if the container does not exist, or is removed meanwhile
     */
    ContainerLock lock(String id) {
        return ContainerLock.of(linux, id, folder.directoryOf(ContainerId.checked(id)));
    }

    /** The connections of this store's containers with CNI networks. */
    CniConnections connections() {
        return new CniConnections(linux, path(CONNECTIONS));
    }

    /** These connections, with their folder created if it is missing. */
    CniConnections madeConnections() {
        return new CniConnections(linux, makeFolder(CONNECTIONS));
    }

    /** The files of the container {@code id} besides its state. */
    KeptFiles files(String id) {
        return new KeptFiles(linux, folder, id);
    }

    /**
     * Makes the folder {@code name} in the store if it is missing; for data that belongs to no container. Returns its
     * path.
     */
    String makeFolder(String name) {
        folder.make(name);
        return path(name);
    }

    /** Writes the state atomically: a reader sees the old state or the new one. */
    public void write(ContainerState state) {
        states.write(state);
    }

    /** The resources to remove at a container's end: its state, and these directories of its cgroup. */
    HostFacts.Cleanup cleanupOf(String id, List<String> cgroupDirectories) {
        List<String> directories = new ArrayList<>(cgroupDirectories);
        directories.add(path(id));
        return new HostFacts.Cleanup(
                List.of(path(id) + "/" + KeptFiles.EGRESS, path(id) + "/" + StoredStates.STATE), directories);
    }

    /** Whether this is the first call for {@code what}, a message that this user sees only once. */
    boolean isFirst(String what) {
        return folder.isFirst("." + what);
    }

    /** Removes a container's folder with its known files. */
    public void remove(String id) {
        ContainerId.checked(id);
        for (int left = MAX_REMOVAL_RETRIES; ; left--) {
            try {
                folder.remove(id, ALL);
                return;
            } catch (LinuxException e) {
                // The container's maker has just written the state again; its next write will find the folder missing.
                if (e.errno() != Errno.ENOTEMPTY || left == 0) {
                    throw e;
                }
            }
        }
    }

    /** Removes a broken container's folder with all its contents. */
    void removeWithAll(String id) {
        folder.empty(ContainerId.checked(id));
        remove(id);
    }

    /**
     * The container with this id.
     *
     * @throws NoSuchContainerException if it does not exist
     */
    public ContainerState get(String id) {
        return states.read(ContainerId.checked(id)).orElseThrow(() -> new NoSuchContainerException(id));
    }

    /** The container with this id, if it exists. */
    public Optional<ContainerState> find(String id) {
        return states.read(ContainerId.checked(id));
    }

    /** The status of a container. */
    public ContainerStatus status(ContainerState state) {
        if (!state.setUp()) {
            return isAlive(state) ? ContainerStatus.CREATING : ContainerStatus.STOPPED;
        }
        if (!isInitAlive(state)) {
            return ContainerStatus.STOPPED;
        }
        if (files(state.id()).hasFifo()) {
            return ContainerStatus.CREATED;
        }
        return cgroup(state).map(Cgroup::isFrozen).orElse(false) ? ContainerStatus.PAUSED : ContainerStatus.RUNNING;
    }

    /** The cgroup of a container, if it has one and this machine has cgroups. */
    public Optional<Cgroup> cgroup(ContainerState state) {
        return cgroup(state.cgroup());
    }

    /** The cgroup at {@code path}; empty when {@code path} is empty or this machine has no cgroups. */
    Optional<Cgroup> cgroup(String path) {
        if (path.isEmpty()) {
            return Optional.empty();
        }
        CgroupLayout layout = layout();
        if (layout.kind() == CgroupLayout.Kind.NONE) {
            return Optional.empty();
        }
        return Optional.of(Cgroup.at(linux, layout, CgroupPath.read(path)));
    }

    /**
     * The cgroup at {@code path}, unless another user or store has made it, for example for a container with the same
     * id.
     */
    Optional<Cgroup> ownCgroup(String path) {
        return cgroup(path)
                .filter(group -> CgroupOwner.of(linux, layout(), group.path())
                        .map(identity()::equals)
                        .orElse(true));
    }

    /** The identity of this store. */
    String identity() {
        return folder.madeDirectory().identity();
    }

    CgroupLayout layout() {
        layout = layout.or(() -> Optional.of(CgroupLayout.detect(linux)));
        return layout.get();
    }

    /** Whether PID 1 of the container exists and is not a zombie. */
    boolean isInitAlive(ContainerState state) {
        return state.pid() != 0 && ProcessTimes.startOf(linux, state.pid()) == state.startTime();
    }

    /** Whether the process that creates or runs the container exists. */
    boolean isMakerAlive(ContainerState state) {
        return ProcessTimes.startOf(linux, state.runPid()) == state.runStartTime();
    }

    /** The container with this id, if its PID 1 is alive. */
    public Optional<ContainerState> running(String id) {
        return find(id).filter(this::isInitAlive);
    }

    /** Whether a state is stored for this id, valid or damaged. */
    public boolean has(String id) {
        return states.has(id);
    }

    /** All containers with a valid state, running or not; without {@link #broken} ones. */
    public List<ContainerState> all() {
        return states.survey().valid();
    }

    /** The containers with a damaged state, as a map from id to reason. */
    public Map<String, String> broken() {
        return states.survey().broken();
    }

    /** Both, with each state read once. */
    StoredStates.Survey survey() {
        return states.survey();
    }

    /**
     * Stale containers: neither their PID 1 nor the process that made or ran them exists. Containers that were made
     * from a bundle or run with --keep are not stale once they are set up: they are kept until they are deleted.
     */
    public List<ContainerState> leftovers() {
        return all().stream().filter(this::isLeftover).toList();
    }

    /** The container with this id, if it is stale. */
    Optional<ContainerState> leftover(String id) {
        return states.read(id).filter(this::isLeftover);
    }

    private static boolean stays(ContainerState state) {
        return !state.origin().bundle().isEmpty()
                || state.setUp() && state.origin().stays();
    }

    private boolean isLeftover(ContainerState state) {
        return !isAlive(state) && (!state.setUp() || !stays(state));
    }

    /**
     * Removes folders without a state: their makers were killed after they made the folder and before they wrote the
     * state.
     *
     * @return the names of the removed folders
     */
    List<String> removeEmpty() {
        return folder.ids().stream()
                .filter(id -> folder.age(id) > ABANDONED_AFTER_SECONDS && removeEmpty(id))
                .toList();
    }

    /**
     * Removes the folder of a container whose maker was killed before it wrote the state.
     *
     * @return whether such a folder existed and was removed
     */
    public boolean removeEmpty(String id) {
        if (has(id) || !folder.has(id)) {
            return false;
        }
        try {
            folder.remove(id, ALL_BUT_STATE);
            return true;
        } catch (LinuxException e) {
            // The folder has other files, or its state has just been written.
            return false;
        }
    }

    private boolean isAlive(String id) {
        return states.read(id).map(this::isAlive).orElse(false);
    }

    private boolean isAlive(ContainerState state) {
        return isInitAlive(state) || isMakerAlive(state);
    }

    /** The facts that are still known about a broken container. */
    Remains remains(String id) {
        return states.remains(id);
    }

    /** The path of the folder of the container {@code id}. */
    String path(String id) {
        return folder.path(id);
    }
}
