package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;

/** A group in the tree of cgroup v2. */
final class V2Cgroup implements Cgroup {

    /** The controllers to limit and measure a container. */
    private static final List<String> DEFAULT_CONTROLLERS = List.of("memory", "pids", "cpu", "io");
    /** More controllers, for a container that manages groups of its own, or for an update of its limits. */
    private static final List<String> FURTHER = List.of("cpuset", "hugetlb");

    private static final String PROCS = "/cgroup.procs";
    private static final String FREEZE = "/cgroup.freeze";

    private final ControlFiles files;
    private final CgroupLayout layout;
    private final CgroupPath path;
    private final String mountPoint;
    private final String directory;
    private final Controllers controllers;

    V2Cgroup(ControlFiles files, CgroupLayout layout, CgroupPath path) {
        this.files = files;
        this.layout = layout;
        this.path = path;
        mountPoint = layout.v2().orElseThrow().mountPoint();
        directory = mountPoint + path.value();
        controllers = new Controllers(files, mountPoint, path.value());
    }

    @Override
    public CgroupPath path() {
        return path;
    }

    @Override
    public void create(Hierarchies where, int holder) {
        boolean made = make();
        boolean complete = false;
        try {
            if (!made && processes().stream().anyMatch(pid -> pid != holder)) {
                throw new CgroupException("the cgroup " + directory
                        + " is in use by other processes: choose another path or id, or end them");
            }
            List<String> wanted = new ArrayList<>(available(DEFAULT_CONTROLLERS));
            wanted.addAll(available(FURTHER));
            if (!wanted.isEmpty()) {
                // A container without limits runs without unavailable controllers; for one with limits, apply() reports
                // an error.
                controllers.enableAvailable(wanted);
            }
            complete = true;
        } finally {
            if (made && !complete) {
                removeIfEmpty();
            }
        }
    }

    /** Whether v2 has any of the controllers that every container needs. */
    boolean hasUsualControllers() {
        return !available(DEFAULT_CONTROLLERS).isEmpty();
    }

    private List<String> available(List<String> controllers) {
        return controllers.stream().filter(layout.v2Controllers()::contains).toList();
    }

    /** Creates the directory; returns whether it is new. */
    boolean make() {
        try {
            return files.makeDirectories(mountPoint, directory);
        } catch (LinuxException e) {
            throw CgroupException.of("cannot make the cgroup " + directory, e, "");
        }
    }

    /** Moves processes to the group. */
    void join(List<Integer> processes) {
        for (int pid : processes) {
            try {
                files.write(directory + PROCS, Integer.toString(pid));
            } catch (LinuxException e) {
                if (e.errno() != Errno.ESRCH) {
                    throw CgroupException.of("process " + pid + " cannot join " + directory, e, "");
                }
            }
        }
    }

    @Override
    public void apply(Resources resources) {
        checkMemory(resources.memory());
        write(V2Settings.of(resources, usesBfq(resources.blockIo())));
        if (!resources.devices().isEmpty()) {
            limitDevices(resources.devices());
        }
    }

    /** v1 rejects a limit that is already exceeded; v2 would kill processes. */
    void checkMemory(Resources.Memory memory) {
        if (memory.checkBeforeUpdate() && memory.limit() >= 0) {
            long used = Statistics.number(files.readIfThere(directory + "/memory.current"));
            if (used > memory.limit()) {
                throw new CgroupException(
                        "cannot limit memory to " + memory.limit() + " bytes: the container already uses " + used);
            }
        }
    }

    /** Every group with the controller has BFQ's file, except the root group. */
    boolean usesBfq(Resources.BlockIo io) {
        if (io.weight() == Resources.UNSET && io.weightDevices().isEmpty()) {
            return false;
        }
        controllers.enable(List.of("io"));
        return files.exists(directory + "/io.bfq.weight");
    }

    /** Writes settings, and enables the controllers that they need. */
    void write(List<Setting> settings) {
        List<String> needed = new ArrayList<>();
        for (Setting setting : settings) {
            if (setting.kind() != Setting.Kind.IMPOSSIBLE && !needed.contains(setting.controller())) {
                needed.add(setting.controller());
            }
        }
        if (!needed.isEmpty()) {
            controllers.enable(needed);
        }
        new SettingWriter(files, controller -> directory).write(settings);
    }

    void limitDevices(List<DeviceRule> rules) {
        new DeviceFilter(files.linux()).attach(directory, rules);
    }

    @Override
    public List<String> procsFiles() {
        return exists() ? List.of(directory + PROCS) : List.of();
    }

    @Override
    public List<String> procsFiles(GroupsBelow below, int init) {
        if (!below.controllers().isEmpty()) {
            throw new CgroupException(
                    "a group of cgroup v2 is that of all controllers: name a path without " + below.controllers());
        }
        return procsFilesBelow(below, init);
    }

    /** The files for groups below, on a machine where v1 has the named controllers. */
    List<String> procsFilesBelow(GroupsBelow below, int init) {
        if (!exists()) {
            return List.of();
        }
        String group = below.below(files, directory, List.of());
        return List.of((group.equals(directory) && controllers.givesAny() ? groupOf(init) : group) + PROCS);
    }

    /** The group of PID 1, which may have moved to one below; the container's own group if PID 1 is outside of it. */
    private String groupOf(int init) {
        return layout.v2DirectoryIn(files.readIfThere("/proc/" + init + "/cgroup"))
                .filter(group -> group.startsWith(directory + "/"))
                .orElse(directory);
    }

    @Override
    public Statistics statistics() {
        return Statistics.ofV2(this::text);
    }

    @Override
    public boolean isFull() {
        return Statistics.isFull(text("pids", "pids.max"), text("pids", "pids.current"));
    }

    @Override
    public long oomKills() {
        return Statistics.oomKillsOfV2(this::text);
    }

    @Override
    public Usage usage() {
        return Usage.ofV2(this::text);
    }

    private String text(String controller, String file) {
        return files.readIfThere(directory + "/" + file);
    }

    @Override
    public void freeze() {
        try {
            files.write(directory + FREEZE, "1");
        } catch (LinuxException e) {
            throw CgroupException.of("cannot freeze the cgroup " + directory, e, "");
        }
        long deadline = System.nanoTime() + CgroupTree.PATIENCE_NANOS;
        while (!isFrozen()) {
            if (System.nanoTime() > deadline) {
                thaw();
                throw new CgroupException(
                        "cannot freeze the cgroup " + directory + " within 2 s: a process in it waits in the kernel");
            }
            CgroupTree.pause(1);
        }
    }

    @Override
    public void thaw() {
        try {
            files.write(directory + FREEZE, "0");
        } catch (LinuxException e) {
            // A group that no longer exists holds no process.
            if (files.exists(directory)) {
                throw CgroupException.of("cannot thaw the cgroup " + directory, e, "");
            }
        }
    }

    @Override
    public boolean isFrozen() {
        return Statistics.value(files.readIfThere(directory + "/cgroup.events"), "frozen") == 1;
    }

    @Override
    public void kill() {
        try {
            files.write(directory + "/cgroup.kill", "1");
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw CgroupException.of("cannot kill the cgroup " + directory, e, "");
            }
            // Linux before 5.14 has no cgroup.kill, or the group no longer exists.
            new CgroupTree(files, directory).killEach();
        }
    }

    @Override
    public List<Integer> processes() {
        return new CgroupTree(files, directory).processes();
    }

    @Override
    public boolean removeIfEmpty() {
        return files.linux().removeIfEmpty(directory);
    }

    @Override
    public void remove() {
        new CgroupTree(files, directory).remove(System.nanoTime() + CgroupTree.PATIENCE_NANOS);
    }

    @Override
    public boolean exists() {
        return files.exists(directory);
    }
}
