package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.GroupsBelow;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.cgroup.Subgroup;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.ExecPlan;
import dev.rustyrun.plan.ExecPlan.Joined;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.Lifecycle;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.PidOutputs;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.stage.LaunchOptions;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.Stages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs one exec of a service in a container that was not made from a bundle, and waits for its end. The process joins
 * all namespaces of the container, and its own cgroup below the container's, so that after a timeout all its
 * descendants are killed. Used once, by one thread.
 */
public final class ServedExecution implements AutoCloseable {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;
    private final ContainerState state;
    private final List<OpenFile> opened = new ArrayList<>();
    private final List<Joined> joined = new ArrayList<>();

    private ServedExecution(Linux linux, SelfExec self, ContainerStore store, ContainerState state) {
        this.linux = linux;
        this.probe = new HostProbe(linux, self);
        this.store = store;
        this.state = state;
    }

    /**
     * An exec in the container {@code id}, whose namespaces are held open from here on; empty when the container is not
     * running, or not set up completely yet.
     */
    public static Optional<ServedExecution> in(Linux linux, SelfExec self, ContainerStore store, String id) {
        Optional<ContainerState> running = store.running(id);
        if (running.isEmpty()) {
            return Optional.empty();
        }
        ServedExecution execution = new ServedExecution(linux, self, store, running.get());
        boolean holds = false;
        try {
            execution.openNamespaces();
            // Checked after the open: PID 1 is still alive, so the open namespaces are the container's.
            holds = new RunningRoot(linux, store).isComplete(running.get()) && execution.canJoin();
        } catch (LinuxException e) {
            if (store.running(id).isPresent()) {
                throw e;
            }
            // The container has ended meanwhile.
        } finally {
            if (!holds) {
                execution.close();
            }
        }
        return holds ? Optional.of(execution) : Optional.empty();
    }

    /**
     * Whether a process in the container's user namespace may open the namespaces of the container's PID 1. That is
     * allowed once PID 1 has executed the command. Until then PID 1 is undumpable, so the files in its /proc directory
     * belong to the host's root; man 5 proc, {@code /proc/pid}.
     */
    private boolean canJoin() {
        boolean joinsUser = joined.stream().anyMatch(one -> one.type() == NamespaceType.USER);
        return !joinsUser || linux.status("/proc/" + state.pid() + "/environ").uid() != 0;
    }

    private void openNamespaces() {
        for (NamespaceType type : NamespaceType.values()) {
            String file = type.file();
            String path = "/proc/" + state.pid() + "/ns/" + file;
            boolean same = linux.readLink(FileFlag.AT_FDCWD, "/proc/self/ns/" + file)
                    .equals(linux.readLink(FileFlag.AT_FDCWD, path));
            // Joined through a descriptor of this process, because the pid may be reused.
            if (!same) {
                OpenFile namespace = new OpenFile(linux, linux.open(path, FileFlag.O_RDONLY));
                opened.add(namespace);
                joined.add(new Joined(type, "/proc/" + linux.processId() + "/fd/" + namespace.descriptor()));
            }
        }
        if (joined.stream().anyMatch(one -> one.type() == NamespaceType.USER)) {
            joined.replaceAll(this::reachableInside);
        }
    }

    /**
     * A process in the container's user namespace can no longer open this process's descriptors, but it can open the
     * namespaces of the container's PID 1. If that pid is reused by then, it still can only join namespaces that the
     * user namespace owns.
     */
    private Joined reachableInside(Joined one) {
        if (probe.own().canMount()) {
            return one.type() == NamespaceType.MOUNT || one.type() == NamespaceType.CGROUP ? ofContainerInit(one) : one;
        }
        return one.type() == NamespaceType.USER ? new Joined(one.type(), one.path(), true) : ofContainerInit(one);
    }

    private Joined ofContainerInit(Joined one) {
        return new Joined(
                one.type(), "/proc/" + state.pid() + "/ns/" + one.type().file());
    }

    /**
     * Runs the process.
     *
     * @param asked the container's Spec, with the process to run
     * @param stages the started stages, which wait for their plan
     * @param timeoutMillis after how many milliseconds the process and its descendants are killed; 0 for never
     * @throws InvalidSpecException when it cannot be run as requested
     */
    public Outcome run(Spec asked, Stages stages, long timeoutMillis) {
        SpecValidator.check(asked);
        Spec spec = probe.own().within(asked);
        Optional<Cgroup> cgroup = store.cgroup(state).filter(Cgroup::exists);
        List<String> files =
                cgroup.map(its -> its.procsFiles(GroupsBelow.NONE, state.pid())).orElse(List.of());
        Optional<Subgroup> group = Subgroup.make(linux, files, "exec-" + store.newId());
        try {
            boolean full = cgroup.map(Cgroup::isFull).orElse(false);
            LaunchPlan plan = plan(spec, group.map(Subgroup::procsFiles).orElse(files), full);
            Optional<Statistics> before = statistics(cgroup);
            Outcome outcome = stages.launch(
                    plan,
                    new LaunchOptions(
                            false,
                            timeoutMillis,
                            Optional.empty(),
                            new ExecRecord(linux, state, ContainerStatus.RUNNING, PidOutputs.NONE, group)));
            return explain(outcome, before, statistics(cgroup));
        } finally {
            try {
                stages.awaitEnd();
            } finally {
                group.ifPresent(Subgroup::removeIfEmpty);
            }
        }
    }

    /** Lets the container's root reopen the files behind {@code pipes}, for example through {@code /dev/stdout}. */
    public void giveToRoot(CommandPipes pipes) {
        ContainerIds.of(linux, state.pid()).giveToRoot(linux, pipes);
    }

    private LaunchPlan plan(Spec spec, List<String> cgroupFiles, boolean full) {
        boolean groups = linux.readFile("/proc/" + state.pid() + "/setgroups").startsWith("allow");
        HostFacts facts = probe.factsForExec(false, cgroupFiles, groups, probe.filterFor(spec, store));
        return ExecPlan.compile(spec, facts, full, joined, Lifecycle.FOREGROUND);
    }

    private static Optional<Statistics> statistics(Optional<Cgroup> cgroup) {
        return cgroup.filter(Cgroup::exists).map(Cgroup::statistics);
    }

    /**
     * Adds a limit that was reached meanwhile as the reason of a failure. Another process of the container may have
     * reached it.
     */
    private static Outcome explain(Outcome outcome, Optional<Statistics> before, Optional<Statistics> after) {
        boolean ended = outcome.reason() == Outcome.Reason.EXITED || outcome.reason() == Outcome.Reason.SIGNALLED;
        if (!ended || outcome.exitCode() == 0 || before.isEmpty() || after.isEmpty()) {
            return outcome;
        }
        if (after.get().oomKills() > before.get().oomKills()) {
            return outcome.because(
                    Outcome.Reason.OOM,
                    "killed: the container was out of memory (limit "
                            + ResourceFormatter.bytes(after.get().memoryLimit()) + ")");
        }
        return after.get().pidsRefused() > before.get().pidsRefused()
                ? outcome.because(
                        Outcome.Reason.PIDS_LIMIT,
                        ResourceFormatter.processLimitReached(after.get().pidsLimit()))
                : outcome;
    }

    @Override
    public void close() {
        opened.forEach(OpenFile::close);
        opened.clear();
    }
}
