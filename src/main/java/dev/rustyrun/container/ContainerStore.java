package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.oci.StateJson.Status;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The containers of this user on this machine: a folder each, with a {@code state.json} in it, below {@code /run/rustyrun}
 * or, for an ordinary user, {@code $XDG_RUNTIME_DIR/rustyrun}. It survives the processes that write it; what they leave when
 * they are killed is found by {@link #leftovers}.
 */
public final class ContainerStore {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,128}");

    private static final String STATE = "state.json";
    private static final String CONFIG = "config.json";
    private static final String FIFO = "exec.fifo";
    private static final String REPORTS = "start.reports";
    private static final List<String> FILES = List.of(STATE, STATE + ".new", CONFIG, FIFO, REPORTS);
    private static final int ID_BYTES = 6;
    /** A maker writes the state right after it has made the folder. */
    private static final long EMPTY_AT_MOST_MILLIS = 10_000;

    private final Linux linux;
    private final String folder;
    private Optional<CgroupLayout> layout = Optional.empty();

    private ContainerStore(Linux linux, String folder) {
        this.linux = linux;
        this.folder = folder;
    }

    /** The store of this user. */
    public static ContainerStore of(Linux linux) {
        if (linux.isRoot()) {
            return new ContainerStore(linux, "/run/rustyrun");
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return new ContainerStore(
                linux,
                runtime == null || runtime.isEmpty() ? "/tmp/rustyrun-" + linux.userId() : runtime + "/rustyrun");
    }

    /** The store in {@code folder}, or that of this user when {@code folder} is empty. */
    public static ContainerStore at(Linux linux, String folder) {
        return folder.isEmpty()
                ? of(linux)
                : new ContainerStore(linux, Path.of(folder).toAbsolutePath().toString());
    }

    /** Where it is. */
    public String folder() {
        return folder;
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
        if (!makeDirectory(state.id()) && (isAlive(state.id()) || !isCommandLines(state.id()))) {
            throw inUse(state.id());
        }
        write(state);
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
        ContainerLock lock = lock(state.id());
        write(state);
        return lock;
    }

    private static InvalidSpecException inUse(String id) {
        return new InvalidSpecException(
                "container id \"" + id + "\" is in use: a container with this id already exists");
    }

    private boolean makeDirectory(String id) {
        checked(id);
        makeFolder();
        try {
            linux.makeDirectory(FileFlag.AT_FDCWD, path(id), 0700);
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
        return ContainerLock.of(linux, id, path(id));
    }

    /**
     * {@code id}, if it can be a container's.
     *
     * @throws InvalidSpecException when it cannot
     */
    static String checked(String id) {
        if (!ID.matcher(id).matches() || id.startsWith(".") || id.startsWith("-")) {
            throw new InvalidSpecException("container id \"" + id
                    + "\" must be 1 to 128 letters, digits or any of _+.-," + " and start with neither . nor -");
        }
        return id;
    }

    /** A folder of our own: in /tmp somebody else could have made it first. */
    private void makeFolder() {
        FileStatus status = statusOfFolder();
        if (!status.isDirectory() || status.uid() != linux.userId() || (status.permissions() & 022) != 0) {
            throw new InvalidSpecException(folder + " is not a directory that only this user can write to");
        }
    }

    private FileStatus statusOfFolder() {
        try {
            return linux.status(FileFlag.AT_FDCWD, folder);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            makeNewFolder();
            return linux.status(FileFlag.AT_FDCWD, folder);
        }
    }

    private void makeNewFolder() {
        new File(folder).getParentFile().mkdirs();
        try {
            linux.makeDirectory(FileFlag.AT_FDCWD, folder, 0700);
        } catch (LinuxException e) {
            // Another process may just have made it.
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** Writes the state anew, at once: a reader sees the old one or the new one. */
    public void write(ContainerState state) {
        String target = path(state.id()) + "/" + STATE;
        String temporary = target + ".new";
        int fd = linux.create(temporary, 0600);
        try {
            linux.writeAll(fd, StateFile.write(state).getBytes(StandardCharsets.UTF_8));
        } finally {
            linux.close(fd);
        }
        linux.rename(temporary, target);
    }

    /** What must be removed of a container in the end: its state, and these directories of its cgroup. */
    HostFacts.Leftovers leftoversOf(String id, List<String> cgroupDirectories) {
        List<String> directories = new ArrayList<>(cgroupDirectories);
        directories.add(path(id));
        return new HostFacts.Leftovers(List.of(path(id) + "/" + STATE), directories);
    }

    /** Whether this is the first time for {@code what}, a name of something that this user is told once. */
    boolean isFirst(String what) {
        makeFolder();
        try {
            linux.makeNode(FileFlag.AT_FDCWD, folder + "/." + what, FileFlag.S_IFREG | 0600, 0);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Forgets a container. */
    public void remove(String id) {
        for (String file : FILES) {
            linux.removeFile(path(id) + "/" + file);
        }
        try {
            linux.removeDirectory(FileFlag.AT_FDCWD, path(id));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /** Path of the copy of the container's config.json. */
    String config(String id) {
        return path(id) + "/" + CONFIG;
    }

    /** Path of the FIFO at which the container waits for its start; there as long as it does. */
    String fifo(String id) {
        return path(id) + "/" + FIFO;
    }

    /** Path of the file into which a container that is being started reports a failure. */
    String reports(String id) {
        return path(id) + "/" + REPORTS;
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
    public Status status(ContainerState state) {
        if (!state.setUp()) {
            return isAlive(state) ? Status.CREATING : Status.STOPPED;
        }
        if (!isInitAlive(state)) {
            return Status.STOPPED;
        }
        if (new File(fifo(state.id())).exists()) {
            return Status.CREATED;
        }
        return cgroup(state).map(Cgroup::isFrozen).orElse(false) ? Status.PAUSED : Status.RUNNING;
    }

    /** The cgroup of a container, if it has one. */
    Optional<Cgroup> cgroup(ContainerState state) {
        if (state.cgroup().isEmpty()) {
            return Optional.empty();
        }
        layout = layout.or(() -> Optional.of(CgroupLayout.detect(linux)));
        return Optional.of(Cgroup.at(linux, layout.get(), new CgroupPath(state.cgroup())));
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

    /** Whether a container with this id is written down. */
    boolean has(String id) {
        return read(id).isPresent();
    }

    /** All containers that are written down, running or left over. */
    public List<ContainerState> all() {
        List<ContainerState> all = new ArrayList<>();
        String[] names = new File(folder).list();
        if (names != null) {
            java.util.Arrays.sort(names);
            for (String name : names) {
                read(name).ifPresent(all::add);
            }
        }
        return all;
    }

    /**
     * Those of which neither PID 1 nor the process that made or ran it is still there, except for those made from a bundle:
     * they stay until they are deleted.
     */
    public List<ContainerState> leftovers() {
        return all().stream()
                .filter(state -> !isAlive(state))
                .filter(state -> !state.setUp() || state.origin().bundle().isEmpty())
                .toList();
    }

    /**
     * Removes folders without a state: their makers were killed between making the one and writing the other.
     *
     * @return their names
     */
    List<String> removeEmpty() {
        List<String> removed = new ArrayList<>();
        String[] names = new File(folder).list();
        for (String name : names == null ? new String[0] : names) {
            long age = System.currentTimeMillis() - new File(path(name)).lastModified();
            if (!name.startsWith(".") && read(name).isEmpty() && age > EMPTY_AT_MOST_MILLIS) {
                try {
                    linux.removeFile(path(name) + "/" + STATE + ".new");
                    // Fails when there is anything in it, or somebody has written its state just now.
                    linux.removeDirectory(FileFlag.AT_FDCWD, path(name));
                    removed.add(name);
                } catch (LinuxException e) {
                    // Not one of ours, or no longer empty.
                }
            }
        }
        return removed;
    }

    private boolean isAlive(String id) {
        return read(id).map(this::isAlive).orElse(false);
    }

    private boolean isAlive(ContainerState state) {
        return isInitAlive(state) || isMakerAlive(state);
    }

    private Optional<ContainerState> read(String id) {
        try {
            return StateFile.read(linux.readFile(path(id) + "/" + STATE));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    private String path(String id) {
        return folder + "/" + id;
    }
}
