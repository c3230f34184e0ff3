package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The root directory of running containers, with everything that is mounted in it. While a container is being made, its
 * PID 1 still has the host's root; this class never returns that one.
 */
public final class RunningRoot {

    /** Indexes of the fields of a line in /proc/PID/mountinfo; the first field is the mount id. */
    private static final int DEVICE = 2;

    private static final int MOUNT_POINT = 4;
    private static final int OPTIONS = 5;
    private static final String[] NO_MOUNT = {"", "", "", "", "", ""};

    private final Linux linux;
    private final ContainerStore store;

    public RunningRoot(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
    }

    /**
     * Opens the root of the container {@code id}; empty when the container is not running, or not set up completely
     * yet.
     */
    public Optional<OpenFile> open(String id) {
        Optional<ContainerState> running = store.running(id);
        if (running.isEmpty()) {
            return Optional.empty();
        }
        OpenFile root;
        try {
            root = new OpenFile(
                    linux,
                    linux.open("/proc/" + running.get().pid() + "/root", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        } catch (LinuxException ended) {
            return Optional.empty();
        }
        if (!isHosts(root.path()) && isComplete(running.get())) {
            return Optional.of(root);
        }
        root.close();
        return Optional.empty();
    }

    /** The id mappings of the container {@code id}; empty when it is not running. */
    public Optional<ContainerIds> ids(String id) {
        Optional<ContainerState> running = store.running(id);
        try {
            return running.map(state -> ContainerIds.of(linux, state.pid()))
                    .filter(ids -> store.isInitAlive(running.get()));
        } catch (LinuxException ended) {
            return Optional.empty();
        }
    }

    /**
     * Whether {@code file} is on a mount that belongs only to the container {@code id}: its root, an idmapped mount, or
     * a mount of a file system that is mounted nowhere on the host; man 5 proc_pid_mountinfo.
     */
    public boolean isOwn(String id, OpenFile root, OpenFile file) {
        long mount = linux.status(file.descriptor()).mount();
        if (mount == linux.status(root.descriptor()).mount()) {
            return true;
        }
        String[] own = store.running(id).stream()
                .flatMap(state -> mounts(state.pid()))
                .filter(fields -> fields[0].equals(Long.toString(mount)))
                .findFirst()
                .orElse(NO_MOUNT);
        return List.of(own[OPTIONS].split(",")).contains("idmapped")
                || own != NO_MOUNT && mounts(linux.processId()).noneMatch(fields -> fields[DEVICE].equals(own[DEVICE]));
    }

    private Stream<String[]> mounts(int pid) {
        try {
            return linux.readFile("/proc/" + pid + "/mountinfo")
                    .lines()
                    .map(line -> line.split(" "))
                    .filter(fields -> fields.length > OPTIONS);
        } catch (LinuxException ended) {
            return Stream.of();
        }
    }

    /**
     * Whether PID 1 of a container is alive, has changed to the container's root and has detached the host's. Liveness
     * is checked last: this proves that files opened before by the pid belong to this process, and not to a later one
     * with the same pid.
     */
    boolean isComplete(ContainerState state) {
        try {
            return !isHosts("/proc/" + state.pid() + "/root") && hasOneRoot(state.pid()) && store.isInitAlive(state);
        } catch (LinuxException ended) {
            return false;
        }
    }

    private boolean isHosts(String path) {
        return linux.status(path).place().equals(linux.status("/").place());
    }

    /** Between pivot_root(2) and the detaching of the host's root, the host's root is mounted over the container's. */
    private boolean hasOneRoot(int pid) {
        int roots = 0;
        for (String line : linux.readFile("/proc/" + pid + "/mountinfo").split("\n")) {
            String[] fields = line.split(" ");
            roots += fields.length > MOUNT_POINT && fields[MOUNT_POINT].equals("/") ? 1 : 0;
        }
        // There may also be none: the root of a container in the host's mount namespace is a directory that is not a
        // mount point.
        return roots < 2;
    }
}
