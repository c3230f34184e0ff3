package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupOwner;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The containers of this user on this machine: a folder each, with a {@code state.json} in it, in the folder that
 * {@link StorePlace} names. It survives the processes that write it; what they leave when
 * they are killed is found by {@link #leftovers}.
 */
public final class ContainerStore {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,128}");

    private static final String STATE = "state.json";
    private static final String CONFIG = "config.json";
    private static final String FIFO = "exec.fifo";
    private static final String REPORTS = "start.reports";
    private static final List<String> FILES = List.of(STATE, STATE + ".new", CONFIG, FIFO, REPORTS);
    /** How often a container's state is written while it is removed, at most: each of its writers has little to say. */
    private static final int WRITES_MEANWHILE = 16;

    private static final int ID_BYTES = 6;
    /** A maker writes the state right after it has made the folder. */
    private static final long EMPTY_AT_MOST_SECONDS = 10;
    /** A state has its annotations in it, and so may be large; a file that is larger than this is none. */
    private static final int MAX_STATE_BYTES = 64 * 1024 * 1024;

    private final Linux linux;
    private final String folder;
    private Optional<CgroupLayout> layout = Optional.empty();
    private Optional<OwnDirectory> directory = Optional.empty();
    private Optional<IdRanges> ranges = Optional.empty();

    private ContainerStore(Linux linux, String folder) {
        this.linux = linux;
        this.folder = folder;
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

    /** The ranges of ids that containers of all this user's stores share: made once, for it keeps a folder open. */
    synchronized IdRanges idRanges() {
        if (ranges.isEmpty()) {
            ContainerStore shared = folder.equals(StorePlace.of(linux)) ? this : of(linux);
            ranges = Optional.of(new IdRanges(linux, shared));
        }
        return ranges.get();
    }

    /** Where it is. */
    public String folder() {
        return folder;
    }

    /** The folder, if it exists; looked at each time. */
    private synchronized Optional<OwnDirectory> directory() {
        directory = directory.filter(this::isStillThere).or(() -> OwnDirectory.find(linux, folder));
        return directory;
    }

    private boolean isStillThere(OwnDirectory open) {
        if (open.exists()) {
            return true;
        }
        open.close();
        return false;
    }

    /** The folder, made where it is missing. */
    private synchronized OwnDirectory madeDirectory() {
        Optional<OwnDirectory> existing = directory();
        if (existing.isEmpty()) {
            directory = Optional.of(OwnDirectory.make(linux, folder));
        }
        return directory.get();
    }

    /**
     * Makes sure that what is kept in it can be used.
     *
     * @throws InvalidSpecException when others could have put it there
     */
    void check() {
        directory();
    }

    private OwnDirectory directoryOf(String id) {
        return directory().orElseThrow(() -> new NoSuchContainerException(id));
    }

    /**
     * Checks that {@code id} can be taken for a new container.
     *
     * @throws InvalidSpecException when it is no id, or another container that has not ended has it
     */
    public void checkFree(String id) {
        if (isTaken(checked(id))) {
            throw inUse(id);
        }
    }

    private boolean isTaken(String id) {
        return isAlive(id) || !isCommandLines(id);
    }

    /** A new id that no container has: twelve hexadecimal digits. */
    public String newId() {
        byte[] random = new byte[ID_BYTES];
        try (OpenFile file = new OpenFile(linux, linux.open("/dev/urandom", FileFlag.O_RDONLY))) {
            linux.read(file.descriptor(), random, random.length);
        }
        StringBuilder id = new StringBuilder();
        for (byte b : random) {
            id.append(Character.forDigit(b >> 4 & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
        }
        return id.toString();
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

    /** Writes down what nothing was written of before; if it cannot be, there is no container. */
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
     * @throws InvalidSpecException when it is no id, or there is another container of this id
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
        checked(id);
        OwnDirectory folder = madeDirectory();
        try {
            linux.makeDirectory(folder.descriptor(), id, 0700);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    private boolean isCommandLines(String id) {
        return read(id).map(state -> state.origin().bundle().isEmpty()).orElse(true);
    }

    /**
     * Waits until nobody else changes the container, and keeps everybody from it.
     *
     * @throws NoSuchContainerException when there is none, or no longer
     */
    ContainerLock lock(String id) {
        checked(id);
        return ContainerLock.of(linux, id, directoryOf(id));
    }

    /**
     * {@code id}, if it can be a container's.
     *
     * @throws InvalidSpecException when it cannot
     */
    static String checked(String id) {
        if (!isId(id)) {
            throw new InvalidSpecException("container id \"" + id
                    + "\" must be 1 to 128 letters, digits or any of _+.-," + " and start with neither . nor -");
        }
        return id;
    }

    /** Whether {@code name} can be the id of a container. */
    public static boolean isId(String name) {
        return ID.matcher(name).matches() && !name.startsWith(".") && !name.startsWith("-");
    }

    /** Makes the folder {@code name} in this one, for what is no container's, if it is not there; its path. */
    String makeFolder(String name) {
        try {
            linux.makeDirectory(madeDirectory().descriptor(), name, 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        return path(name);
    }

    /** Writes the state anew, at once: a reader sees the old one or the new one. */
    public void write(ContainerState state) {
        String target = state.id() + "/" + STATE;
        String temporary = target + ".new";
        int store = directoryOf(state.id()).descriptor();
        boolean renamed = false;
        try {
            try (OpenFile file = new OpenFile(linux, createAnew(store, temporary))) {
                linux.writeAll(file.descriptor(), StateFile.write(state).getBytes(StandardCharsets.UTF_8));
            }
            linux.rename(store, temporary, target);
            renamed = true;
        } finally {
            if (!renamed) {
                // The disk may be full: what is left behind must not count as a container.
                linux.removeFile(store, temporary);
            }
        }
    }

    private int createAnew(int store, String name) {
        try {
            return linux.createNew(store, name, 0600);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            // Of a writer that was killed.
            linux.removeFile(store, name);
            return linux.createNew(store, name, 0600);
        }
    }

    /** What must be removed of a container in the end: its state, and these directories of its cgroup. */
    HostFacts.Leftovers leftoversOf(String id, List<String> cgroupDirectories) {
        List<String> directories = new ArrayList<>(cgroupDirectories);
        directories.add(path(id));
        return new HostFacts.Leftovers(List.of(path(id) + "/" + STATE), directories);
    }

    /** Whether this is the first time for {@code what}, a name of something that this user is told once. */
    boolean isFirst(String what) {
        try {
            linux.makeNode(madeDirectory().descriptor(), "." + what, FileFlag.S_IFREG | 0600, 0);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Forgets a container. */
    public void remove(String id) {
        checked(id);
        for (int left = WRITES_MEANWHILE; !isRemoved(id, left > 0); left--) {
            // Whoever makes it has written its state anew, just now; the next time there is no folder for that.
        }
    }

    private boolean isRemoved(String id, boolean mayBeWritten) {
        Optional<OwnDirectory> open = directory();
        if (open.isEmpty()) {
            return true;
        }
        int store = open.get().descriptor();
        for (String file : FILES) {
            linux.removeFile(store, id + "/" + file);
        }
        try {
            linux.removeDirectory(store, id);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOTEMPTY && mayBeWritten) {
                return false;
            }
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return true;
    }

    /** Forgets a container that is broken, with whatever is in its folder. */
    void removeWithAll(String id) {
        try (OpenFile container =
                directoryOf(id).open(checked(id), FileFlag.O_RDONLY | FileFlag.O_DIRECTORY, FileFlag.S_IFDIR)) {
            for (List<String> names = linux.nextNames(container.descriptor());
                    !names.isEmpty();
                    names = linux.nextNames(container.descriptor())) {
                for (String name : names) {
                    if (linux.status(container.descriptor(), name).isDirectory()) {
                        linux.removeDirectory(container.descriptor(), name);
                    } else {
                        linux.removeFile(container.descriptor(), name);
                    }
                }
            }
        } catch (LinuxException e) {
            // Whoever ran it may remove it too, as its processes end.
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        remove(id);
    }

    /** Keeps the container's config.json: later changes of the bundle's have no effect; runtime.md, "Create". */
    void keepConfig(String id, String text) {
        try (OpenFile file = new OpenFile(linux, createAnew(directoryOf(id).descriptor(), id + "/" + CONFIG))) {
            linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The config.json that was kept. */
    String config(String id) {
        try (OpenFile file = directoryOf(id).open(id + "/" + CONFIG, FileFlag.O_RDONLY, FileFlag.S_IFREG)) {
            return linux.readText(file.descriptor(), Integer.MAX_VALUE);
        }
    }

    /** Makes the FIFO at which the container waits for its start; it exists as long as it does. */
    void makeFifo(String id) {
        linux.makeNode(directoryOf(id).descriptor(), id + "/" + FIFO, FileFlag.S_IFIFO | 0600, 0);
    }

    /** Opens that FIFO. */
    OpenFile openFifo(String id, int flags) {
        return directoryOf(id).open(id + "/" + FIFO, flags, FileFlag.S_IFIFO);
    }

    void removeFifo(String id) {
        linux.removeFile(directoryOf(id).descriptor(), id + "/" + FIFO);
    }

    private boolean hasFifo(String id) {
        try {
            return directory().isPresent()
                    && linux.status(directory().get().descriptor(), id + "/" + FIFO)
                                    .mode()
                            != 0;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Makes the file into which a container that is being started reports a failure; open for writing. */
    int createReports(String id) {
        return createAnew(directoryOf(id).descriptor(), id + "/" + REPORTS);
    }

    /** That file, open for reading. */
    OpenFile openReports(String id) {
        return directoryOf(id).open(id + "/" + REPORTS, FileFlag.O_RDONLY, FileFlag.S_IFREG);
    }

    void removeReports(String id) {
        linux.removeFile(directoryOf(id).descriptor(), id + "/" + REPORTS);
    }

    /**
     * The container with this id.
     *
     * @throws NoSuchContainerException when there is none
     */
    public ContainerState get(String id) {
        checked(id);
        return read(id).orElseThrow(() -> new NoSuchContainerException(id));
    }

    /** The container with this id, if there is one. */
    public Optional<ContainerState> find(String id) {
        checked(id);
        return read(id);
    }

    /** Where in its life a container is. */
    public ContainerStatus status(ContainerState state) {
        if (!state.setUp()) {
            return isAlive(state) ? ContainerStatus.CREATING : ContainerStatus.STOPPED;
        }
        if (!isInitAlive(state)) {
            return ContainerStatus.STOPPED;
        }
        if (hasFifo(state.id())) {
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
        return Optional.of(Cgroup.at(linux, layout, new CgroupPath(path)));
    }

    /**
     * The cgroup at {@code path}, unless somebody else has made it: another store's container of the same id, for example.
     */
    Optional<Cgroup> ownCgroup(String path) {
        return cgroup(path)
                .filter(group -> CgroupOwner.of(linux, layout(), group.path())
                        .map(identity()::equals)
                        .orElse(true));
    }

    /** What tells this store from all others. */
    String identity() {
        return madeDirectory().identity();
    }

    CgroupLayout layout() {
        layout = layout.or(() -> Optional.of(CgroupLayout.detect(linux)));
        return layout.get();
    }

    /** Whether PID 1 of the container is there, and more than a zombie. */
    boolean isInitAlive(ContainerState state) {
        return state.pid() != 0 && ProcessTimes.startOf(linux, state.pid()) == state.startTime();
    }

    /** Whether the process that makes or runs the container is there. */
    boolean isMakerAlive(ContainerState state) {
        return ProcessTimes.startOf(linux, state.runPid()) == state.runStartTime();
    }

    /** The container with this id, if it runs. */
    public Optional<ContainerState> running(String id) {
        return read(checked(id)).filter(state -> isInitAlive(state));
    }

    /** Whether a container with this id is written down, whole or not. */
    public boolean has(String id) {
        try {
            return read(id).isPresent();
        } catch (BrokenContainerException e) {
            return true;
        }
    }

    /** All containers that are written down, running or left over, but for {@link #broken} ones. */
    public List<ContainerState> all() {
        List<ContainerState> all = new ArrayList<>();
        for (String id : ids()) {
            try {
                read(id).ifPresent(all::add);
            } catch (BrokenContainerException e) {
                // Of that one nothing is known.
            }
        }
        return all;
    }

    /** Those of which what is written down cannot be used: why, by id. */
    public Map<String, String> broken() {
        Map<String, String> broken = new TreeMap<>();
        for (String id : ids()) {
            try {
                read(id);
            } catch (BrokenContainerException e) {
                broken.put(id, e.reason());
            }
        }
        return broken;
    }

    private List<String> ids() {
        return directory().map(OwnDirectory::names).orElse(List.of()).stream()
                .filter(ContainerStore::isId)
                .toList();
    }

    /**
     * Those of which neither PID 1 nor the process that made or ran it is still there, except for those made from a bundle:
     * they stay until they are deleted.
     */
    public List<ContainerState> leftovers() {
        return all().stream().filter(this::isLeftover).toList();
    }

    /** The container with this id, if it is one of those. */
    Optional<ContainerState> leftover(String id) {
        return read(id).filter(this::isLeftover);
    }

    private boolean isLeftover(ContainerState state) {
        return !isAlive(state) && (!state.setUp() || state.origin().bundle().isEmpty());
    }

    /**
     * Removes folders without a state: their makers were killed between making the one and writing the other.
     *
     * @return their names
     */
    List<String> removeEmpty() {
        List<String> removed = new ArrayList<>();
        for (String name : ids()) {
            if (!has(name) && age(name) > EMPTY_AT_MOST_SECONDS) {
                int store = directoryOf(name).descriptor();
                try {
                    for (String file : FILES) {
                        if (!file.equals(STATE)) {
                            linux.removeFile(store, name + "/" + file);
                        }
                    }
                    // Fails when there is anything in it, or somebody has written its state just now.
                    linux.removeDirectory(store, name);
                    removed.add(name);
                } catch (LinuxException e) {
                    // Not one of ours, or no longer empty.
                }
            }
        }
        return removed;
    }

    private long age(String name) {
        try {
            return System.currentTimeMillis() / 1000
                    - linux.status(directoryOf(name).descriptor(), name).modified();
        } catch (LinuxException e) {
            return 0;
        }
    }

    private boolean isAlive(String id) {
        return read(id).map(this::isAlive).orElse(false);
    }

    private boolean isAlive(ContainerState state) {
        return isInitAlive(state) || isMakerAlive(state);
    }

    /**
     * What is written down about a container; nothing when it is not there.
     *
     * @throws BrokenContainerException when it cannot be used
     */
    private Optional<ContainerState> read(String id) {
        Optional<String> text;
        try {
            text = text(id);
        } catch (LinuxException e) {
            throw new BrokenContainerException(id, STATE + " cannot be read: " + e.getMessage());
        }
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(StateFile.read(text.get())
                .filter(state -> state.id().equals(id) && isPlausible(state))
                .orElseThrow(() -> new BrokenContainerException(id, STATE + " is damaged")));
    }

    private Optional<String> text(String id) {
        Optional<OwnDirectory> open = directory();
        if (open.isEmpty()) {
            return Optional.empty();
        }
        try (OpenFile file =
                open.get().open(id + "/" + STATE, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK, FileFlag.S_IFREG)) {
            return Optional.of(linux.readText(file.descriptor(), MAX_STATE_BYTES));
        } catch (InvalidSpecException e) {
            throw new BrokenContainerException(id, e.getMessage());
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isPlausible(ContainerState state) {
        try {
            return state.pid() >= 0
                    && state.runPid() > 0
                    && (state.cgroup().isEmpty()
                            || CgroupPath.of(state.cgroup(), state.id()).value().equals(state.cgroup()));
        } catch (InvalidSpecException e) {
            return false;
        }
    }

    /** What can still be found out about a container that is broken. */
    Remains remains(String id) {
        String text;
        try {
            text = text(id).orElse("");
        } catch (LinuxException | InvalidSpecException e) {
            text = "";
        }
        String config;
        try {
            config = config(id);
        } catch (LinuxException | InvalidSpecException e) {
            config = "";
        }
        return Remains.of(id, text, config);
    }

    /** Where what is written down about the container {@code id} is. */
    String path(String id) {
        return folder + "/" + id;
    }
}
