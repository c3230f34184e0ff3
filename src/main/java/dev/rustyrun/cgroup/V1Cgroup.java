package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Resources;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A group in the hierarchies of cgroup v1: those that every container needs, and others that its limits need. The
 * existing directories show which hierarchies it uses.
 */
final class V1Cgroup implements Cgroup {

    /** The controllers to limit, measure and freeze a container. */
    static final List<String> DEFAULT_CONTROLLERS = List.of("freezer", "memory", "pids", "cpu", "cpuacct");

    private static final String PROCS = "/cgroup.procs";
    /** The period of a new group, in microseconds; Documentation/scheduler/sched-rt-group.rst. */
    private static final long DEFAULT_REALTIME_PERIOD = 1_000_000;
    /**
     * A process joins through this file, not through cgroup.procs: a thread that moves only itself need not wait for
     * all forks in the system to finish (3 to 15 ms). The joining process has one thread, or its execve ends all other
     * threads.
     */
    private static final String TASKS = "/tasks";

    private static final List<String> DEFAULT_DEVICES =
            DeviceList.of(DeviceRule.withDefaults(List.of())).exceptions();

    private final ControlFiles files;
    private final CgroupLayout layout;
    private final CgroupPath path;
    /** Whether this object has made the group, in each hierarchy where a container needs it. */
    private boolean made;
    /** Whether the files to enter it were asked for: before, a group that this object has made has no processes. */
    private boolean entered;
    /** These files, one for each hierarchy where the group exists; known once this object has made it. */
    private Optional<List<String>> entrances = Optional.empty();

    V1Cgroup(ControlFiles files, CgroupLayout layout, CgroupPath path) {
        this.files = files;
        this.layout = layout;
        this.path = path;
    }

    @Override
    public CgroupPath path() {
        return path;
    }

    @Override
    public void create(Hierarchies where, int holder) {
        List<CgroupMount> created = new ArrayList<>();
        boolean complete = false;
        try {
            for (String controller : DEFAULT_CONTROLLERS) {
                Optional<CgroupMount> mount = layout.v1(controller);
                if (mount.isPresent() && !created.contains(mount.get()) && make(mount.get())) {
                    created.add(mount.get());
                }
            }
            if (where == Hierarchies.ALL) {
                makeOptional(created);
            }
            refuseProcesses(created, holder);
            made = hasDefaults(created);
            complete = true;
        } finally {
            for (CgroupMount mount : complete ? List.<CgroupMount>of() : created) {
                new CgroupTree(files, directory(mount)).remove(System.nanoTime());
            }
        }
    }

    private boolean hasDefaults(List<CgroupMount> mounts) {
        for (String controller : DEFAULT_CONTROLLERS) {
            if (!layout.v1(controller).map(mounts::contains).orElse(true)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Creates the group in the other hierarchies. This is optional: where it fails, as below an engine's container, the
     * container runs without them.
     */
    private void makeOptional(List<CgroupMount> created) {
        for (CgroupMount mount : layout.v1Mounts()) {
            if (mount.readOnly() || created.contains(mount)) {
                continue;
            }
            try {
                if (make(mount)) {
                    created.add(mount);
                }
            } catch (CgroupException without) {
                files.linux().removeIfEmpty(directory(mount));
            }
        }
    }

    /**
     * Checks the hierarchies in which the group existed already, also those that only some limits need: what is there
     * would be used, and ended, by the container.
     */
    private void refuseProcesses(List<CgroupMount> created, int holder) {
        for (CgroupMount mount : layout.v1Mounts()) {
            String directory = directory(mount);
            if (!created.contains(mount)
                    && files.exists(directory)
                    && new CgroupTree(files, directory).processes().stream().anyMatch(pid -> pid != holder)) {
                throw new CgroupException("the cgroup " + directory
                        + " is in use by other processes: choose another path or id, or end them");
            }
        }
    }

    private String directory(CgroupMount mount) {
        return mount.mountPoint() + path.value();
    }

    /** Creates it in one hierarchy; returns whether it is new. */
    private boolean make(CgroupMount mount) {
        try {
            if (mount.controllers().contains("cpuset")) {
                return CpusetDirectories.make(files, mount.mountPoint(), path.value());
            }
            return files.makeDirectories(mount.mountPoint(), directory(mount));
        } catch (LinuxException e) {
            throw CgroupException.of("cannot make the cgroup " + directory(mount), e, "");
        }
    }

    @Override
    public void apply(Resources resources) {
        write(settingsOf(resources));
        if (!resources.devices().isEmpty()) {
            limitDevices(resources.devices());
        }
    }

    /** The settings for v1, after the parent groups have been given the required realtime budget. */
    List<Setting> settingsOf(Resources resources) {
        makeRoomForRealtime(resources.cpu());
        return V1Settings.of(resources, usesBfq(resources.blockIo()));
    }

    private boolean usesBfq(Resources.BlockIo io) {
        boolean weighs = io.weight() != Resources.UNSET || !io.weightDevices().isEmpty();
        return weighs
                && layout.v1("blkio").isPresent()
                && files.exists(layout.v1("blkio").get().mountPoint() + "/blkio.bfq.io_service_bytes");
    }

    /** Writes settings, and joins the hierarchies that they need. */
    void write(List<Setting> settings) {
        for (Setting setting : settings) {
            if (setting.kind() != Setting.Kind.IMPOSSIBLE) {
                join(setting.controller());
            } else if (setting.controller().equals("unified")) {
                throw new CgroupException(setting.value() + ", and this machine has v1 only");
            }
        }
        new SettingWriter(files, controller -> directory(needed(controller))).write(settings);
    }

    private void makeRoomForRealtime(Resources.Cpu cpu) {
        // Groups of other users must not be changed.
        if (cpu.realtimeRuntime() > 0 && path.value().startsWith(CgroupPath.PARENT + "/")) {
            long period = cpu.realtimePeriod() > 0 ? cpu.realtimePeriod() : DEFAULT_REALTIME_PERIOD;
            new RealtimeBudget(files, needed("cpu").mountPoint())
                    .makeRoomFor(path.value(), cpu.realtimeRuntime(), period);
        }
    }

    private CgroupMount needed(String controller) {
        return layout.v1(controller)
                .orElseThrow(() -> new CgroupException("this machine has no cgroup controller \"" + controller
                        + "\", so its limits cannot be set: check that /proc/cgroups lists it and that it is mounted"));
    }

    /** Ensures that the group, and all its processes, are in a controller's hierarchy. */
    private void join(String controller) {
        CgroupMount mount = needed(controller);
        boolean isNew = !DEFAULT_CONTROLLERS.contains(controller) && make(mount);
        if (isNew) {
            for (int pid : made && !entered ? List.<Integer>of() : processes()) {
                try {
                    files.write(directory(mount) + PROCS, Integer.toString(pid));
                } catch (LinuxException e) {
                    if (e.errno() != Errno.ESRCH) {
                        throw CgroupException.of("process " + pid + " cannot join " + directory(mount), e, "");
                    }
                }
            }
            entrances = Optional.empty();
        }
    }

    void limitDevices(List<DeviceRule> rules) {
        DeviceList list = DeviceList.of(rules);
        join("devices");
        String directory = directory(needed("devices"));
        String first = list.allowed() ? "/devices.allow" : "/devices.deny";
        String then = list.allowed() ? "/devices.deny" : "/devices.allow";
        String now = "a";
        try {
            files.write(directory + first, now);
            try (OpenFile file = new OpenFile(files.linux(), files.linux().open(directory + then, FileFlag.O_WRONLY))) {
                for (String exception : list.exceptions()) {
                    now = exception;
                    except(file, exception);
                }
            }
        } catch (LinuxException e) {
            throw CgroupException.of(
                    "cannot limit the devices of " + directory + " (\"" + now + "\")",
                    e,
                    "the group above it may use fewer devices: in a container, run it privileged");
        }
    }

    /**
     * Adds an exception. A default device that the parent group may not use either, such as /dev/console in an engine's
     * container, stays denied. v2 has the same result, because the filters of all parent groups apply there.
     */
    private void except(OpenFile file, String exception) {
        try {
            files.linux().writeAll(file.descriptor(), exception.getBytes(StandardCharsets.US_ASCII));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM || !DEFAULT_DEVICES.contains(exception)) {
                throw e;
            }
        }
    }

    @Override
    public List<String> procsFiles() {
        entered = true;
        if (entrances.isPresent()) {
            return entrances.get();
        }
        List<String> procs = new ArrayList<>();
        for (String directory : directories()) {
            procs.add(directory + TASKS);
        }
        entrances = made ? Optional.of(List.copyOf(procs)) : entrances;
        return procs;
    }

    @Override
    public List<String> procsFiles(GroupsBelow below, int init) {
        entered = true;
        for (String controller : below.controllers()) {
            if (layout.v1(controller)
                    .map(mount -> files.exists(directory(mount)))
                    .orElse(false)) {
                continue;
            }
            throw new CgroupException("the container has no cgroup of the controller \"" + controller
                    + "\"; it has cgroups of " + usedControllers());
        }
        List<String> procs = new ArrayList<>();
        for (CgroupMount mount : layout.v1Mounts()) {
            if (files.exists(directory(mount))) {
                procs.add(below.below(files, directory(mount), mount.controllers()) + TASKS);
            }
        }
        return procs;
    }

    private List<String> usedControllers() {
        List<String> used = new ArrayList<>();
        for (CgroupMount mount : layout.v1Mounts()) {
            if (files.exists(directory(mount))) {
                used.addAll(mount.controllers());
            }
        }
        return used;
    }

    /** The directories that exist. */
    private List<String> directories() {
        List<String> there = new ArrayList<>();
        for (CgroupMount mount : layout.v1Mounts()) {
            if (files.exists(directory(mount))) {
                there.add(directory(mount));
            }
        }
        return there;
    }

    @Override
    public Statistics statistics() {
        return Statistics.ofV1(this::text);
    }

    @Override
    public boolean isFull() {
        return Statistics.isFull(text("pids", "pids.max"), text("pids", "pids.current"));
    }

    @Override
    public long oomKills() {
        return Statistics.oomKillsOfV1(this::text);
    }

    @Override
    public Usage usage() {
        return Usage.ofV1(this::text);
    }

    private String text(String controller, String file) {
        Optional<CgroupMount> mount = layout.v1(controller);
        return mount.isPresent() ? files.readIfThere(directory(mount.get()) + "/" + file) : "";
    }

    @Override
    public void freeze() {
        freezer().freeze();
    }

    @Override
    public void thaw() {
        freezer().thaw();
    }

    @Override
    public boolean isFrozen() {
        return hasFreezer() && freezer().isFrozen();
    }

    boolean hasFreezer() {
        return layout.v1("freezer").isPresent();
    }

    private V1Freezer freezer() {
        return new V1Freezer(files, directory(needed("freezer")));
    }

    /** Frozen processes cannot fork; when they are thawed, they receive the signal. */
    @Override
    public void kill() {
        boolean freezes = hasFreezer() && files.exists(directory(needed("freezer")));
        if (freezes) {
            try {
                freeze();
            } catch (CgroupException cannot) {
                // A process that forks faster than it can be killed may survive; remove() then reports it.
            }
        }
        for (String directory : directories()) {
            new CgroupTree(files, directory).killEach();
        }
        if (freezes) {
            thaw();
        }
    }

    @Override
    public List<Integer> processes() {
        for (String directory : directories()) {
            List<Integer> found = new CgroupTree(files, directory).processes();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    @Override
    public boolean removeIfEmpty() {
        boolean gone = true;
        for (CgroupMount mount : layout.v1Mounts()) {
            gone &= files.linux().removeIfEmpty(directory(mount));
        }
        return gone;
    }

    @Override
    public void remove() {
        long deadline = System.nanoTime() + CgroupTree.PATIENCE_NANOS;
        Optional<CgroupException> failure = Optional.empty();
        for (CgroupMount mount : layout.v1Mounts()) {
            try {
                new CgroupTree(files, directory(mount)).remove(deadline);
            } catch (CgroupException e) {
                failure = failure.isPresent() ? failure : Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public boolean exists() {
        return !directories().isEmpty();
    }
}
