package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupOwner;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.cgroup.SystemdCgroup;
import dev.rustyrun.cgroup.Usage;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cgroup of one container, if it has one. Containers of root have one by default; containers of an ordinary user
 * have one only when a limit is requested or systemd makes the cgroups.
 */
final class ContainerCgroup {

    private static final String DISABLED = "disabled";

    private final Optional<Cgroup> cgroup;
    private final Resources resources;
    private final Runnable mark;
    private boolean made;
    /** Cached once the cgroup is made, because a plan requests both lists several times. */
    private Optional<List<String>> files = Optional.empty();

    private Optional<List<String>> directories = Optional.empty();

    private ContainerCgroup(Optional<Cgroup> cgroup, Resources resources, Runnable mark) {
        this.cgroup = cgroup;
        this.resources = resources;
        this.mark = mark;
    }

    private static ContainerCgroup none() {
        return new ContainerCgroup(Optional.empty(), Resources.none(), () -> {});
    }

    /**
     * The cgroup for the container {@code id} of {@code store}; it is not made yet.
     *
     * @throws InvalidSpecException when limits are requested and cgroups are disabled
     * @throws dev.rustyrun.cgroup.CgroupException when limits are requested and this machine cannot enforce any
     */
    static ContainerCgroup of(Linux linux, Spec spec, String id, ContainerStore store) {
        Resources asked = spec.linux().resources();
        boolean limited = !asked.withDevices(List.of()).isEmpty();
        boolean disabled = DISABLED.equals(spec.annotations().get(Spec.CGROUPS_ANNOTATION));
        if (disabled && limited) {
            throw new InvalidSpecException("limits need a cgroup, and cgroups are disabled for this container");
        }
        if (disabled || !limited && !linux.isRoot() && !store.systemdMakesCgroups()) {
            return none();
        }
        CgroupLayout layout = store.layout();
        if (layout.kind() == CgroupLayout.Kind.NONE && !limited) {
            return none();
        }
        Resources limits = asked.withDevices(linux.isRoot() ? DeviceRule.withDefaults(asked.devices()) : List.of());
        String wanted = spec.linux().cgroupsPath();
        Cgroup cgroup = store.systemdMakesCgroups()
                ? SystemdCgroup.of(linux, layout, wanted, id, limits, spec.annotations())
                : Cgroup.at(linux, layout, CgroupPath.of(wanted, id));
        return new ContainerCgroup(
                Optional.of(cgroup), limits, () -> CgroupOwner.mark(linux, layout, cgroup.path(), store.identity()));
    }

    /** Makes the cgroup in the hierarchies {@code where} and sets its limits. */
    void make(Cgroup.Hierarchies where) {
        if (cgroup.isEmpty()) {
            return;
        }
        cgroup.get().create(where);
        made = true;
        boolean usable = false;
        try {
            mark.run();
            if (cgroup.get().isFrozen()) {
                // A process that enters a frozen cgroup stops at once, and its parent would wait forever.
                throw new InvalidSpecException(
                        "the cgroup " + cgroup.get().path().value() + " or one above it is frozen: thaw it first");
            }
            cgroup.get().apply(resources);
            usable = true;
        } finally {
            if (!usable) {
                remove();
            }
        }
    }

    /** This cgroup, which has been made, with the limits of {@code spec}. */
    ContainerCgroup limitedAs(Spec spec) {
        Resources wanted = spec.linux().resources().withDevices(resources.devices());
        if (wanted.equals(resources)) {
            return this;
        }
        if (cgroup.isPresent()) {
            cgroup.get().apply(wanted);
        }
        return new ContainerCgroup(cgroup, wanted, mark);
    }

    /** The path below each hierarchy, as {@link CgroupPath#written}; empty if the container has no cgroup. */
    String path() {
        return cgroup.map(group -> group.path().written()).orElse("");
    }

    /** The files through which the container's first process enters the cgroup; may be empty. */
    List<String> files() {
        List<String> found =
                files.orElseGet(() -> cgroup.map(Cgroup::firstProcsFiles).orElse(List.of()));
        files = made ? Optional.of(found) : files;
        return found;
    }

    /** Must be called when the first process has entered the cgroup. */
    void entered() {
        cgroup.ifPresent(Cgroup::entered);
    }

    /** A readable stand-in for {@link #files} in the explanation of a launch that does not make the cgroup. */
    List<String> plannedFiles() {
        return cgroup.map(group -> List.of(group.path().value() + "/cgroup.procs"))
                .orElse(List.of());
    }

    /** The directories of the cgroup, one in each hierarchy. */
    List<String> directories() {
        List<String> found = directories.orElseGet(this::findDirectories);
        directories = made ? Optional.of(found) : directories;
        return found;
    }

    private List<String> findDirectories() {
        List<String> found = new ArrayList<>();
        for (String file : cgroup.map(Cgroup::procsFiles).orElse(List.of())) {
            found.add(file.substring(0, file.lastIndexOf('/')));
        }
        return found;
    }

    /** Whether the cgroup restricts which devices can be opened. */
    boolean limitsDevices() {
        return cgroup.isPresent() && !resources.devices().isEmpty();
    }

    /** The requested limits, in words; may be empty. */
    Optional<String> words() {
        return cgroup.map(group -> "make cgroup " + group.path().value() + ResourceFormatter.of(resources));
    }

    /** Adds to {@code outcome} the resource usage, and a reason such as OOM, from the cgroup. */
    Outcome explain(Outcome outcome) {
        if (cgroup.isEmpty() || outcome.reason() == Outcome.Reason.SETUP_FAILED) {
            return outcome;
        }
        Usage usage = cgroup.get().usage();
        Outcome measured = outcome.using(
                usage.cpuMicros() == Statistics.UNKNOWN ? outcome.cpuMicros() : usage.cpuMicros(), usage.memoryPeak());
        if (outcome.exitCode() == 0 || outcome.reason() == Outcome.Reason.TIMEOUT) {
            return measured;
        }
        Statistics used = cgroup.get().statistics();
        if (used.oomKills() > 0) {
            return measured.because(
                    Outcome.Reason.OOM,
                    "killed: out of memory (limit " + ResourceFormatter.bytes(used.memoryLimit()) + ")");
        }
        if (used.pidsRefused() > 0) {
            return measured.because(Outcome.Reason.PIDS_LIMIT, ResourceFormatter.processLimitReached(used.pidsLimit()));
        }
        return measured;
    }

    /**
     * Removes the cgroup and kills its processes. A cgroup that this object has not made may belong to another
     * container and is not touched.
     */
    void remove() {
        if (made && !cgroup.orElseThrow().removeIfEmpty()) {
            if (!cgroup.get().processes().isEmpty()) {
                cgroup.get().kill();
            }
            cgroup.get().remove();
        }
    }
}
