package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The containers of this user on this machine: a folder each, with a {@code state.json} in it, below {@code /run/rustyrun}
 * or, for an ordinary user, {@code $XDG_RUNTIME_DIR/rustyrun}. It survives the processes that write it; what they leave when
 * they are killed is found by {@link #leftovers}.
 */
public final class ContainerStore {

    private static final String STATE = "state.json";
    private static final int ID_BYTES = 6;

    private final Linux linux;
    private final String folder;

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
        return new ContainerStore(linux,
                runtime == null || runtime.isEmpty() ? "/tmp/rustyrun-" + linux.userId() : runtime + "/rustyrun");
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
     * Takes {@code id} for a container that is being made.
     *
     * @throws InvalidSpecException when it is no id, or another container has it
     */
    public void add(ContainerState state) {
        checked(state.id());
        makeFolder();
        try {
            linux.makeDirectory(FileFlag.AT_FDCWD, path(state.id()), 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST || isAlive(state.id())) {
                throw e.errno() != Errno.EEXIST ? e
                        : new InvalidSpecException("container id \"" + state.id() + "\" is in use");
            }
        }
        write(state);
    }

    /**
     * {@code id}, if it can be a container's.
     *
     * @throws InvalidSpecException when it cannot
     */
    static String checked(String id) {
        if (!id.matches("[A-Za-z0-9_+.-]{1,128}") || id.startsWith(".") || id.startsWith("-")) {
            throw new InvalidSpecException("container id \"" + id + "\" must be 1 to 128 letters, digits or any of _+.-,"
                    + " and start with neither . nor -");
        }
        return id;
    }

    /** A folder of our own: in /tmp somebody else could have made it first. */
    private void makeFolder() {
        try {
            linux.makeDirectory(FileFlag.AT_FDCWD, folder, 0700);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            var status = linux.status(FileFlag.AT_FDCWD, folder);
            if (!status.isDirectory() || status.uid() != linux.userId() || (status.permissions() & 022) != 0) {
                throw new InvalidSpecException(folder + " is not a directory that only this user can write to");
            }
        }
    }

    /** Writes the state anew, at once: a reader sees the old one or the new one. */
    public void write(ContainerState state) {
        String target = path(state.id()) + "/" + STATE;
        String temporary = target + ".new";
        int fd = linux.create(temporary, 0600);
        try {
            linux.writeAll(fd, StateJson.write(state).getBytes(StandardCharsets.UTF_8));
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

    /** Forgets a container. */
    public void remove(String id) {
        for (String file : List.of(STATE, STATE + ".new")) {
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

    /** Those of which neither PID 1 nor the process that ran it is still there. */
    public List<ContainerState> leftovers() {
        return all().stream().filter(state -> !isAlive(state)).toList();
    }

    private boolean isAlive(String id) {
        return read(id).map(this::isAlive).orElse(false);
    }

    private boolean isAlive(ContainerState state) {
        return isInitAlive(state) || ProcessTimes.startOf(linux, state.runPid()) == state.runStartTime();
    }

    private boolean isInitAlive(ContainerState state) {
        return state.pid() != 0 && ProcessTimes.startOf(linux, state.pid()) == state.startTime();
    }

    private Optional<ContainerState> read(String id) {
        try {
            return StateJson.read(linux.readFile(path(id) + "/" + STATE));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    private String path(String id) {
        return folder + "/" + id;
    }
}
