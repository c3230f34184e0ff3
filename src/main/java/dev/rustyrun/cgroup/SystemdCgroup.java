package dev.rustyrun.cgroup;

import dev.rustyrun.cgroup.systemd.PropertyAnnotations;
import dev.rustyrun.cgroup.systemd.ScopeHolder;
import dev.rustyrun.cgroup.systemd.SystemdException;
import dev.rustyrun.cgroup.systemd.SystemdManager;
import dev.rustyrun.cgroup.systemd.UnitName;
import dev.rustyrun.cgroup.systemd.UnitProperty;
import dev.rustyrun.cgroup.systemd.Variant;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A group that systemd creates, as a scope or a slice, and delegates. Limits with a systemd property are also set
 * there, so that they survive a daemon-reload; everything else is done in the group itself, as in any other.
 */
public final class SystemdCgroup implements Cgroup {

    private final Linux linux;
    private final CgroupLayout layout;
    private final CgroupPath path;
    private final Cgroup group;
    private final Optional<NewUnit> unit;
    private Optional<ScopeHolder> holder = Optional.empty();
    private Optional<Resources> applied = Optional.empty();

    /**
     * A unit that does not exist yet.
     *
     * @param ofUser whether the user's own systemd creates it, which cannot limit devices
     * @param limits its initial limits
     */
    private record NewUnit(
            UnitName name, boolean ofUser, String description, Resources limits, List<UnitProperty> further) {}

    /** An existing unit. */
    SystemdCgroup(Linux linux, CgroupLayout layout, CgroupPath path, Cgroup group) {
        this(linux, layout, path, group, Optional.empty());
    }

    private SystemdCgroup(Linux linux, CgroupLayout layout, CgroupPath path, Cgroup group, Optional<NewUnit> unit) {
        this.linux = linux;
        this.layout = layout;
        this.path = path;
        this.group = group;
        this.unit = unit;
    }

    /**
     * The group of a new container, not created yet.
     *
     * @param cgroupsPath {@code slice:prefix:name}, or empty for the default place
     * @param annotations annotations, some of which are properties of the unit
     * @throws CgroupException if systemd cannot be reached
     * @throws dev.rustyrun.spec.InvalidSpecException if such a unit is not possible
     */
    public static Cgroup of(
            Linux linux,
            CgroupLayout layout,
            String cgroupsPath,
            String id,
            Resources limits,
            Map<String, String> annotations) {
        List<UnitProperty> further = PropertyAnnotations.of(annotations);
        try (SystemdManager systemd = SystemdManager.connect(linux)) {
            if (systemd.isUsers() && layout.kind() != CgroupLayout.Kind.V2) {
                throw new CgroupException(
                        "this user's systemd can make cgroups with limits only where there is cgroup v2"
                                + " alone; boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line");
            }
            UnitName name = UnitName.of(cgroupsPath, id, systemd.isUsers());
            CgroupPath path = new CgroupPath(
                    CgroupPath.read(systemd.controlGroup() + name.path()).value(), true);
            return new SystemdCgroup(
                    linux,
                    layout,
                    path,
                    Cgroup.at(linux, layout, new CgroupPath(path.value())),
                    Optional.of(new NewUnit(name, systemd.isUsers(), "rustyrun container " + id, limits, further)));
        } catch (SystemdException e) {
            throw CgroupException.of("--systemd-cgroup: " + e.getMessage(), e);
        }
    }

    @Override
    public CgroupPath path() {
        return path;
    }

    @Override
    public void create(Hierarchies where, int nobody) {
        NewUnit wanted = unit.orElseThrow();
        boolean complete = false;
        try {
            if (!wanted.name().isSlice()) {
                holder = Optional.of(ScopeHolder.start(linux));
            }
            ask("make", systemd -> start(systemd, wanted));
            check();
            try {
                group.create(where, holder.map(ScopeHolder::pid).orElse(NOBODY));
                complete = true;
            } finally {
                if (!complete) {
                    remove();
                }
            }
        } finally {
            if (!complete) {
                holder.ifPresent(ScopeHolder::end);
            }
        }
    }

    private void start(SystemdManager systemd, NewUnit wanted) {
        List<UnitProperty> properties = properties(systemd, wanted);
        try {
            systemd.start(path.name(), properties);
        } catch (SystemdException e) {
            if (!e.unitExists()) {
                throw e;
            }
            // A failed unit remains until it is reset.
            systemd.forget(path.name());
            systemd.start(path.name(), properties);
        }
        applied = Optional.of(possible(wanted.limits()));
    }

    private List<UnitProperty> properties(SystemdManager systemd, NewUnit wanted) {
        List<UnitProperty> properties = new ArrayList<>();
        properties.add(new UnitProperty("Description", Variant.text(wanted.description())));
        if (wanted.name().isSlice()) {
            properties.add(new UnitProperty(
                    "Wants", Variant.texts(List.of(wanted.name().slice()))));
        } else {
            properties.add(new UnitProperty("Slice", Variant.text(wanted.name().slice())));
            properties.add(new UnitProperty("Delegate", Variant.flag(true)));
            properties.add(new UnitProperty("CollectMode", Variant.text("inactive-or-failed")));
            properties.add(new UnitProperty("PIDs", new Variant("au", List.of((long)
                    holder.orElseThrow().pid()))));
        }
        properties.add(new UnitProperty("DefaultDependencies", Variant.flag(false)));
        for (String kind : List.of("CPU", "Memory", "Tasks", isPure() ? "IO" : "BlockIO")) {
            properties.add(new UnitProperty(kind + "Accounting", Variant.flag(true)));
        }
        properties.addAll(UnitLimits.of(possible(wanted.limits()), isPure(), systemd.version()));
        for (UnitProperty further : wanted.further()) {
            properties.removeIf(property -> property.name().equals(further.name()));
            properties.add(further);
        }
        return properties;
    }

    private boolean isPure() {
        return layout.kind() == CgroupLayout.Kind.V2;
    }

    /**
     * Checks that systemd sees the same process ids and cgroup names as this process, and not those of another
     * container.
     */
    private void check() {
        if (holder.isPresent() && !group.processes().contains(holder.get().pid())) {
            // Processes in it now must not be killed.
            ask("leave", systemd -> systemd.abandon(path.name()));
            throw new CgroupException("systemd has made " + path.name() + ", but not as " + path.value()
                    + ": it sees other processes or cgroups than this machine or container has");
        }
    }

    private Resources possible(Resources resources) {
        return unit.filter(NewUnit::ofUser).isPresent() ? resources.withDevices(List.of()) : resources;
    }

    @Override
    public void apply(Resources wanted) {
        Resources resources = possible(wanted);
        if (resources.memory().checkBeforeUpdate() && applied.isEmpty()) {
            // This must come before the property: systemd's own write would let the kernel kill processes.
            group.apply(resources);
        }
        if (applied.filter(resources::equals).isEmpty()) {
            ask("limit", systemd -> {
                List<UnitProperty> properties = UnitLimits.of(withPresentCpu(resources), isPure(), systemd.version());
                if (!properties.isEmpty()) {
                    systemd.set(path.name(), properties);
                }
            });
            applied = Optional.of(resources);
        }
        group.apply(resources);
    }

    /** systemd calculates the quota per second, so it needs both the quota and the period. */
    private Resources withPresentCpu(Resources resources) {
        Resources.Cpu cpu = resources.cpu();
        if ((cpu.quota() == Resources.UNSET) == (cpu.period() == Resources.UNSET)) {
            return resources;
        }
        ControlFiles files = new ControlFiles(linux);
        List<String> present = isPure()
                ? CgroupLayout.words(
                        files.readIfThere(layout.v2().orElseThrow().mountPoint() + path.value() + "/cpu.max"))
                : layout.v1("cpu")
                        .map(mount -> mount.mountPoint() + path.value() + "/cpu.cfs_")
                        .map(start -> List.of(
                                files.readIfThere(start + "quota_us").strip(),
                                files.readIfThere(start + "period_us").strip()))
                        .orElse(List.of());
        if (present.size() != 2) {
            return resources;
        }
        long quota = cpu.quota() == Resources.UNSET ? Statistics.number(present.get(0)) : cpu.quota();
        long period = cpu.period() == Resources.UNSET ? Statistics.number(present.get(1)) : cpu.period();
        return resources.withCpu(
                cpu.withQuota(quota <= 0 || quota == Statistics.UNLIMITED ? Resources.UNLIMITED : quota, period));
    }

    private void ask(String what, Consumer<SystemdManager> question) {
        try (SystemdManager systemd = SystemdManager.connect(linux)) {
            question.accept(systemd);
        } catch (SystemdException e) {
            throw CgroupException.of(
                    "systemd cannot " + what + " " + path.name() + ": " + e.getMessage() + "; see systemctl status "
                            + path.name(),
                    e);
        }
    }

    @Override
    public List<String> procsFiles() {
        return group.procsFiles();
    }

    @Override
    public List<String> firstProcsFiles() {
        List<String> files = new ArrayList<>(group.procsFiles());
        holder.map(ScopeHolder::file).ifPresent(files::add);
        return files;
    }

    @Override
    public void entered() {
        holder.ifPresent(ScopeHolder::end);
    }

    @Override
    public List<String> procsFiles(GroupsBelow below, int init) {
        return group.procsFiles(below, init);
    }

    @Override
    public boolean removeIfEmpty() {
        entered();
        if (!group.processes().isEmpty()) {
            return false;
        }
        end();
        return group.removeIfEmpty();
    }

    @Override
    public void remove() {
        entered();
        end();
        group.remove();
    }

    /** Ends the unit. Without a systemd, no unit exists. */
    private void end() {
        try (SystemdManager systemd = SystemdManager.connect(linux)) {
            systemd.stop(path.name());
            systemd.revert(linux, path.name());
        } catch (SystemdException e) {
            if (exists()) {
                throw CgroupException.of("systemd cannot end " + path.name() + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public Statistics statistics() {
        return group.statistics();
    }

    @Override
    public long oomKills() {
        return group.oomKills();
    }

    @Override
    public Usage usage() {
        return group.usage();
    }

    @Override
    public boolean isFull() {
        return group.isFull();
    }

    @Override
    public void freeze() {
        group.freeze();
    }

    @Override
    public void thaw() {
        group.thaw();
    }

    @Override
    public boolean isFrozen() {
        return group.isFrozen();
    }

    @Override
    public void kill() {
        group.kill();
    }

    @Override
    public List<Integer> processes() {
        return group.processes();
    }

    @Override
    public boolean exists() {
        return group.exists();
    }
}
