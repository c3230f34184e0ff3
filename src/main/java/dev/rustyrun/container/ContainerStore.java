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
 * The containers of this user on this machine: a folder each, with a {@code state.json} in it, in the folder that
 * {@link StorePlace} names. It survives the processes that write it; what they leave when
 * they are killed is found by {@link #leftovers}.
 */
public final class ContainerStore {

    private static final List<String> ALL_BUT_STATE =
            Stream.concat(Stream.of(StoredStates.NEW), KeptFiles.NAMES.stream()).toList();
    private static final List<String> ALL =
            Stream.concat(Stream.of(StoredStates.STATE), ALL_BUT_STATE.stream()).toList();
    /** No container's name. */
    private static final String CONNECTIONS = ".networks";
    /** How often a container's state is written while it is removed, at most: each of its writers has little to say. */
    private static final int WRITES_MEANWHILE = 16;
    /** A maker writes the state right after it has made the folder. */
    private static final long EMPTY_AT_MOST_SECONDS = 10;

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

    /** The same store; whether systemd makes the cgroups of new containers. */
    public ContainerStore withSystemd(boolean makes) {
        systemdMakesCgroups = makes;
        return this;
    }

    /** Whether systemd makes the cgroups of new containers. */
    public boolean systemdMakesCgroups() {
        return systemdMakesCgroups;
    }

    /** The ranges of ids that containers of all this user's stores share: made once, for it keeps a folder open. */
    synchronized IdRanges idRanges() {
        if (ranges.isEmpty()) {
            ContainerStore shared = folder().equals(StorePlace.of(linux)) ? this : of(linux);
            ranges = Optional.of(new IdRanges(linux, shared));
        }
        return ranges.get();
    }

    /** The filters of containers in this store, those that this process has had before among them. */
    synchronized SeccompFilters filters() {
        if (filters.isEmpty()) {
            // Filters that others have put there would be theirs.
            folder.directory();
            filters = Optional.of(new SeccompFilters(linux, folder() + "/.seccomp", Machine.current()));
        }
        return filters.get();
    }

    Linux linux() {
        return linux;
    }

    /** Where it is. */
    public String folder() {
        return folder.path();
    }

    /**
     * Checks that {@code id} can be taken for a new container.
     *
     * @throws InvalidSpecException when it is no id, or another container that has not ended has it
     */
    public void checkFree(String id) {
        if (isTaken(ContainerId.checked(id))) {
            throw inUse(id);
        }
    }

    private boolean isTaken(String id) {
        return isAlive(id) || !isCommandLines(id);
    }

    /** A new id that no container has: twelve hexadecimal digits. */
    public String newId() {
        return ContainerId.random(linux);
    }

    /**
     * Takes {@code id} for a container that is being made; of one that has ended without being deleted it takes it over.
     *
     * @throws InvalidSpecException when it is no id, or another container has it
     */
    public void add(ContainerState state) {
        while (!makeDirectory(state.id())) {
            // Locked, so that nobody removes meanwhile what has ended.
            try (ContainerLock held = lock(state.id())) {
                if (isTaken(state.id())) {
                    throw inUse(state.id());
                }
                write(state);
                return;
            } catch (NoSuchContainerException removed) {
                // Just now: so the id is free.
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
     * Takes {@code id} for a container that is being made; it stays locked.
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

    /** That another container has this id. */
    public static InvalidSpecException inUse(String id) {
        return new InvalidSpecException(
                "container id \"" + id + "\" is in use: a container with this id already exists");
    }

    private boolean makeDirectory(String id) {
        return folder.make(ContainerId.checked(id));
    }

    private boolean isCommandLines(String id) {
        return states.read(id).map(state -> !stays(state)).orElse(true);
    }

    /**
     * Waits until nobody else changes the container, and keeps everybody from it.
     *
     * @throws NoSuchContainerException if it does not exist, or no longer
     */
    ContainerLock lock(String id) {
        return ContainerLock.of(linux, id, folder.directoryOf(ContainerId.checked(id)));
    }

    /** The connections of its containers with CNI networks. */
    CniConnections connections() {
        return new CniConnections(linux, path(CONNECTIONS));
    }

    /** The same; their folder exists. */
    CniConnections madeConnections() {
        return new CniConnections(linux, makeFolder(CONNECTIONS));
    }

    /** What is kept of the container {@code id} beside its state. */
    KeptFiles files(String id) {
        return new KeptFiles(linux, folder, id);
    }

    /** Makes the folder {@code name} in this one, for what is no container's, if it is not there; its path. */
    String makeFolder(String name) {
        folder.make(name);
        return path(name);
    }

    /** Writes the state anew, at once: a reader sees the old one or the new one. */
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

    /** Whether this is the first time for {@code what}, the name of a message that this user gets only once. */
    boolean isFirst(String what) {
        return folder.isFirst("." + what);
    }

    /** Forgets a container. */
    public void remove(String id) {
        ContainerId.checked(id);
        for (int left = WRITES_MEANWHILE; ; left--) {
            try {
                folder.remove(id, ALL);
                return;
            } catch (LinuxException e) {
                // Its creator has just written its state again; the next time the folder will be missing.
                if (e.errno() != Errno.ENOTEMPTY || left == 0) {
                    throw e;
                }
            }
        }
    }

    /** Forgets a container that is broken, with whatever is in its folder. */
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

    /** Where in its life a container is. */
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

    /** The cgroup of a container, if it has one; nothing when another store's container has it. */
    public Optional<Cgroup> cgroup(ContainerState state) {
        return cgroup(state.cgroup());
    }

    /** The cgroup at {@code path}, if that is not empty; nothing when another store's container has it. */
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
     * The cgroup at {@code path}, unless another user or store has made it: for a container of the same id, for
     * example.
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

    /** The container with this id, if it runs. */
    public Optional<ContainerState> running(String id) {
        return find(id).filter(this::isInitAlive);
    }

    /** Whether a container with this id is written down, whole or not. */
    public boolean has(String id) {
        return states.has(id);
    }

    /** All containers that are written down, running or left over, but for {@link #broken} ones. */
    public List<ContainerState> all() {
        return states.all();
    }

    /** The containers with a damaged state: the reason, by id. */
    public Map<String, String> broken() {
        return states.broken();
    }

    /**
     * Those of which neither PID 1 nor the process that made or ran it is still there, except for those made from a bundle or
     * run with --keep: they stay until they are deleted.
     */
    public List<ContainerState> leftovers() {
        return all().stream().filter(this::isLeftover).toList();
    }

    /** The container with this id, if it is one of those. */
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
     * Removes folders without a state: their makers were killed between making the one and writing the other.
     *
     * @return their names
     */
    List<String> removeEmpty() {
        return folder.ids().stream()
                .filter(id -> folder.age(id) > EMPTY_AT_MOST_SECONDS && removeEmpty(id))
                .toList();
    }

    /**
     * Removes the folder of a container whose maker was killed before it wrote the state, and that nobody else makes now.
     *
     * @return whether there was such a folder
     */
    public boolean removeEmpty(String id) {
        if (has(id) || !folder.has(id)) {
            return false;
        }
        try {
            folder.remove(id, ALL_BUT_STATE);
            return true;
        } catch (LinuxException e) {
            // Not one of ours, or its state has just been written.
            return false;
        }
    }

    private boolean isAlive(String id) {
        return states.read(id).map(this::isAlive).orElse(false);
    }

    private boolean isAlive(ContainerState state) {
        return isInitAlive(state) || isMakerAlive(state);
    }

    /** What can still be found out about a container that is broken. */
    Remains remains(String id) {
        return states.remains(id);
    }

    /** Where what is written down about the container {@code id} is. */
    String path(String id) {
        return folder.path(id);
    }
}
