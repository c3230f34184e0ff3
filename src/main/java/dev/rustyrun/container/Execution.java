package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.GroupsBelow;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.oci.ConfigJson;
import dev.rustyrun.oci.SavedProcess;
import dev.rustyrun.plan.ExecPlan;
import dev.rustyrun.plan.ExecPlan.Joined;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.Lifecycle;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import dev.rustyrun.stage.LaunchOptions;
import dev.rustyrun.stage.RunStage;
import dev.rustyrun.stage.SelfExec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Runs a process in a running container: in all its namespaces and its cgroup, with the same confinement as its first
 * process.
 */
public final class Execution {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;

    public Execution(CommandTools tools) {
        this.linux = tools.linux();
        this.probe = new HostProbe(linux, tools.self());
        this.store = tools.store();
    }

    /**
     * Where the process runs.
     *
     * @param id the id of the container
     * @param ignoresPause whether the process is also started in a paused container, where it waits until the container
     *        is resumed
     * @param groups the groups below the container's cgroup that the process joins
     */
    public record Place(String id, boolean ignoresPause, GroupsBelow groups) {

        /** @param groups as the option {@code --cgroup} of exec gives them */
        public Place(String id, boolean ignoresPause, List<String> groups) {
            this(id, ignoresPause, GroupsBelow.of(groups));
        }
    }

    /**
     * The process that a file describes, as in config.json.
     *
     * @param option the option that names the file
     * @throws InvalidSpecException when it cannot be read or is invalid
     */
    public static Spec.Process read(String option, String file) {
        return ConfigJson.process(GivenFile.read(option, file));
    }

    /**
     * {@code process} with another AppArmor profile or SELinux label, each unless it is empty.
     *
     * @throws InvalidSpecException when this kernel does not support the profile or label
     */
    public static Spec.Process labelled(Spec.Process process, String apparmor, String selinux) {
        return ConfigJson.labelled(process, apparmor, selinux);
    }

    /**
     * Runs the process.
     *
     * @param place where it runs
     * @param process derives the new process from the process of the container's config.json
     * @param detached whether to return once the command is executed; else waits for its end
     * @param waiting the stage, which waits for its plan
     * @throws InvalidSpecException when the container does not run, or the process cannot be started as requested
     */
    public Outcome execute(
            Place place,
            UnaryOperator<Spec.Process> process,
            CreateOptions options,
            boolean detached,
            WaitingStage waiting) {
        RunStage stage = waiting.stage();
        ContainerState state = store.get(place.id());
        ContainerStatus status = statusAllowed(place, store.status(state));
        Spec container = specOf(state);
        Spec asked = container.withProcess(process.apply(container.process()));
        SpecValidator.check(asked);
        Spec spec = grantable(asked, container);
        if (detached) {
            options.checkTerminal(spec.process());
        }
        LaunchPlan plan = plan(
                state,
                spec,
                place.groups(),
                new Lifecycle(detached, false, options.descriptors(), true),
                stage.isReadOnly());
        ExecRecord record = new ExecRecord(linux, state, status, options.pids(), Optional.empty());
        LaunchOptions how = new LaunchOptions(options.traced(), 0, options.consoleSocket(), record);
        if (!spec.process().terminal()) {
            ContainerIds.of(linux, state.pid()).giveStandardFiles(linux);
        }
        if (!detached) {
            return stage.launch(plan, how);
        }
        return stage.launchDetached(plan, how).orElse(new Outcome(Outcome.Reason.EXITED, 0, 0, "", 0, 0, -1, ""));
    }

    /**
     * Drops capabilities that the container itself did not get, and refuses other capabilities that cannot be granted.
     */
    private Spec grantable(Spec asked, Spec container) {
        Set<Capability> lacking =
                probe.own().missingFor(asked, asked.process().capabilities().all());
        lacking.removeAll(container.process().capabilities().all());
        if (!lacking.isEmpty()) {
            throw new InvalidSpecException(OwnCapabilities.words(lacking));
        }
        return probe.own().within(asked);
    }

    private Spec specOf(ContainerState state) {
        if (state.origin().bundle().isEmpty()) {
            try {
                return SavedProcess.read(state.origin().keptProcess(), state.rootfs());
            } catch (InvalidSpecException e) {
                throw new InvalidSpecException("cannot exec in container \"" + state.id() + "\": " + e.getMessage());
            }
        }
        return BundleReader.parse(
                        Path.of(state.origin().bundle()),
                        store.files(state.id()).config())
                .spec();
    }

    private static ContainerStatus statusAllowed(Place place, ContainerStatus status) {
        boolean paused = status == ContainerStatus.PAUSED;
        if (status == ContainerStatus.RUNNING || status == ContainerStatus.CREATED || paused && place.ignoresPause()) {
            // The plan does not depend on the pause: nothing happens before the container is resumed.
            return paused ? ContainerStatus.RUNNING : status;
        }
        throw new InvalidSpecException("cannot exec in container \"" + place.id() + "\": it is " + status.word()
                + ", not running" + (paused ? "; resume it, or pass --ignore-paused to wait for that" : ""));
    }

    private LaunchPlan plan(ContainerState state, Spec spec, GroupsBelow groups, Lifecycle life, boolean readOnly) {
        boolean ownRoot = spec.linux().isNew(NamespaceType.MOUNT);
        List<Joined> joined;
        try {
            joined = namespaces(state.pid(), ownRoot);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ESRCH) {
                throw e;
            }
            // The namespaces of an ending process disappear before the process does.
            throw new InvalidSpecException(
                    "cannot exec in container \"" + state.id() + "\": it is ending, not running");
        }
        boolean setsGroups =
                linux.readFile("/proc/" + state.pid() + "/setgroups").startsWith("allow");
        Optional<Cgroup> group = store.cgroup(state).filter(Cgroup::exists);
        boolean full = group.map(Cgroup::isFull).orElse(false);
        List<String> cgroup =
                group.map(its -> its.procsFiles(groups, state.pid())).orElse(List.of());
        HostFacts facts = probe.factsForExec(readOnly, cgroup, setsGroups, probe.filterFor(spec, store));
        Optional<String> root = ownRoot ? Optional.empty() : Optional.of("/proc/" + state.pid() + "/root");
        return ExecPlan.compile(spec, facts, full, joined, root, life);
    }

    /** The namespaces of the container in which this process, or a stage of it, is not. */
    private List<Joined> namespaces(int pid, boolean ownRoot) {
        List<Joined> joined = new ArrayList<>();
        for (NamespaceType type : NamespaceType.values()) {
            String file = type.file();
            String path = "/proc/" + pid + "/ns/" + file;
            boolean same = linux.readLink(FileFlag.AT_FDCWD, "/proc/self/ns/" + file)
                    .equals(linux.readLink(FileFlag.AT_FDCWD, path));
            if (!same || type == NamespaceType.MOUNT && !ownRoot) {
                joined.add(new Joined(
                        type, path, type == NamespaceType.USER && !probe.own().canMount()));
            }
        }
        if (!SelfExec.isNativeImage()) {
            throw new InvalidSpecException(
                    "exec needs the native binary: a JVM has several threads, and the kernel lets only a"
                            + " process with one thread join a mount or user namespace, or go on as a copy of itself");
        }
        return joined;
    }
}
