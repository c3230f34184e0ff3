package dev.rustyrun.container.supervised;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerState;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Freezer;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.RunningNetwork;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.container.ServedExecution;
import dev.rustyrun.container.served.Exchange;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerException.Kind;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import dev.rustyrun.stage.StageSpawner;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The operations on running monitored containers. Safe for use by several threads. */
public final class RunningContainers {

    private final Containers containers;
    private final Linux linux;
    private final SelfExec self;
    private final StageSpawner spawner;
    private final ContainerStore store;
    private final Freezer freezer;
    private final RunningRoot root;
    private final RunningNetwork network;

    RunningContainers(Containers containers, LaunchTools tools) {
        this.containers = containers;
        this.linux = tools.linux();
        this.self = tools.self();
        this.spawner = tools.spawner();
        this.store = tools.store();
        this.freezer = new Freezer(store);
        this.root = new RunningRoot(linux, store);
        this.network = new RunningNetwork(linux, store);
    }

    /** Resumes a paused container, unless it has ended. */
    void thaw(ContainerFolder folder) {
        try {
            freezer.thaw(folder.id());
        } catch (ContainerException e) {
            // The container has just ended.
        }
    }

    /** Pauses a container. */
    public void pause(ContainerFolder folder) throws InterruptedException {
        inCgroup(folder, id -> freezer.freeze(id));
    }

    /** Resumes a container. */
    public void resume(ContainerFolder folder) throws InterruptedException {
        inCgroup(folder, id -> freezer.thaw(id));
    }

    /** The resource usage of a container. */
    public Statistics statistics(ContainerFolder folder) throws InterruptedException {
        return inCgroup(folder, id -> Running.of(store, id).statistics());
    }

    /**
     * Replaces the list of hosts that a container may reach.
     *
     * @throws ContainerException when the container does not run, has no proxy, or is not set up in time
     */
    public void allow(ContainerFolder folder, List<String> hosts) throws InterruptedException {
        awaitMade(folder, () -> store.running(folder.id()));
        Running.of(store, folder.id()).allow(hosts);
    }

    /** The hosts that a container may reach. */
    public List<String> allowed(ContainerFolder folder) throws InterruptedException {
        awaitMade(folder, () -> store.running(folder.id()));
        return Running.of(store, folder.id()).allowed();
    }

    /**
     * The processes of a container.
     *
     * @throws ContainerException when it does not run or has no cgroup, or is not set up in time
     */
    public List<ContainerProcess> processes(ContainerFolder folder) throws InterruptedException {
        ContainerIds ids = awaitMade(folder, () -> root.ids(folder.id()));
        List<Integer> pids = inCgroup(folder, id -> Running.of(store, id).processes());
        return pids.stream()
                .flatMap(pid -> ContainerProcess.of(linux, pid, ids).stream())
                .toList();
    }

    /**
     * Runs {@code work} on the cgroup of a container that runs or is being made.
     *
     * @throws ContainerException when it does not run or has no cgroup, or is not set up in time
     */
    private <T> T inCgroup(ContainerFolder folder, Function<String, T> work) throws InterruptedException {
        awaitMade(folder, () -> store.running(folder.id()));
        try {
            return work.apply(folder.id());
        } catch (ContainerException e) {
            throw ContainerException.conflict("the container has just ended, or has no cgroup");
        }
    }

    /** The cgroup of a running container, if it has one. */
    private Optional<Cgroup> cgroup(ContainerFolder folder) {
        return store.running(folder.id()).flatMap(store::cgroup);
    }

    /**
     * Whether PID 1 of a container has executed its command. Until then it is this program with another command line.
     */
    boolean hasExecuted(ContainerFolder folder, List<String> command) {
        Optional<ContainerState> state = store.running(folder.id());
        try {
            if (state.isEmpty()) {
                return false;
            }
            String process = "/proc/" + state.get().pid();
            return !linux.status(process + "/exe")
                            .place()
                            .equals(linux.status("/proc/self/exe").place())
                    || linux.readFile(process + "/cmdline").equals(String.join("\0", command) + "\0");
        } catch (LinuxException e) {
            // A stage is undumpable, so its files cannot be read; an ended process has none.
            return false;
        }
    }

    /** Whether a running container is paused. */
    boolean isFrozen(ContainerFolder folder) {
        return cgroup(folder).map(Cgroup::isFrozen).orElse(false);
    }

    /**
     * Checks that this program can run processes in running containers.
     *
     * @throws ContainerException when it cannot
     */
    public static void checkExec() {
        if (!SelfExec.isNativeImage()) {
            throw new ContainerException(
                    Kind.NEEDS_NATIVE,
                    "exec needs the native binary: a JVM has several threads, and the"
                            + " kernel lets only a process with one thread join a mount namespace");
        }
    }

    /**
     * Runs a process in a container that runs or is being made, and waits for its end.
     *
     * @param spec the container's Spec, with the process to run
     * @param exchange connects the process with its client
     * @param timeoutMillis after how many milliseconds the process and its descendants are killed; 0 for never
     * @param clearing runs the cleanup of the stages, and repeats it when it fails
     * @throws ContainerException when it does not run or is paused, ends meanwhile, or is not set up in time
     */
    public Outcome exec(
            ContainerFolder folder, Spec spec, Exchange exchange, long timeoutMillis, Consumer<Runnable> clearing)
            throws InterruptedException {
        try (ServedExecution execution = awaitMade(folder, () -> execution(folder))) {
            ServedStages stages = spawner.start();
            try {
                execution.giveToRoot(stages.pipes());
                exchange.connect(linux, stages);
                return execution.run(spec, stages, timeoutMillis);
            } finally {
                clearing.accept(stages::abandon);
            }
        } catch (LinuxException | CgroupException e) {
            if (store.running(folder.id()).isPresent()) {
                throw e;
            }
            throw ContainerException.conflict("the container has ended in the meantime");
        }
    }

    /**
     * An unconnected socket in the network of a running container; empty while the container is being made.
     *
     * @throws ContainerException when it does not run or is paused, or has the host's network
     */
    public Optional<SocketChannel> socket(ContainerFolder folder, StandardProtocolFamily family) {
        checkAlive(folder);
        checkNotFrozen(folder);
        return network.socket(folder.id(), family);
    }

    private void checkAlive(ContainerFolder folder) {
        ContainerStatus status = containers.status(folder);
        if (!status.isAlive()) {
            throw ContainerException.conflict("the container does not run: it is " + status.word());
        }
    }

    /** The error for a container that takes too long to be set up. */
    public static ContainerException notMade() {
        return ContainerException.busy("the container is still being made");
    }

    private void checkNotFrozen(ContainerFolder folder) {
        if (isFrozen(folder)) {
            throw ContainerException.conflict("the container is paused; resume it first");
        }
    }

    private Optional<ServedExecution> execution(ContainerFolder folder) {
        checkNotFrozen(folder);
        return ServedExecution.in(linux, self, store, folder.id());
    }

    /**
     * Repeats {@code attempt} until it returns a value; it returns nothing while the container is still being made.
     *
     * @throws ContainerException when the container does not run, or is not set up in time
     */
    public <T> T awaitMade(ContainerFolder folder, Supplier<Optional<T>> attempt) throws InterruptedException {
        long end = System.nanoTime() + Containers.START_SECONDS * 1_000_000_000;
        while (true) {
            checkAlive(folder);
            Optional<T> got = attempt.get();
            if (got.isPresent()) {
                return got.get();
            }
            if (System.nanoTime() > end) {
                throw notMade();
            }
            Thread.sleep(Containers.POLL_MILLIS);
        }
    }
}
