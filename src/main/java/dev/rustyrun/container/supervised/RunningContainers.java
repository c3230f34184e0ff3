package dev.rustyrun.container.supervised;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.container.ContainerException;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Freezer;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.container.ServedExecution;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be done with supervised containers while they run. Safe for use by several threads. */
public final class RunningContainers {

    private final Containers containers;
    private final Linux linux;
    private final SelfExec self;
    private final ContainerStore store;
    private final Freezer freezer;
    private final RunningRoot root;

    RunningContainers(Containers containers, LaunchTools tools) {
        this.containers = containers;
        this.linux = tools.linux();
        this.self = tools.self();
        this.store = tools.store();
        this.freezer = new Freezer(store);
        this.root = new RunningRoot(linux, store);
    }

    /** Lets the processes of a frozen one go on, if it has not ended. */
    void thaw(ContainerFolder folder) {
        try {
            freezer.thaw(folder.id());
        } catch (ContainerException e) {
            // It has just ended.
        }
    }

    /** Freezes all processes of one that runs. */
    public void pause(ContainerFolder folder) throws InterruptedException {
        inCgroup(folder, id -> freezer.freeze(id));
    }

    /** Lets them go on. */
    public void resume(ContainerFolder folder) throws InterruptedException {
        inCgroup(folder, id -> freezer.thaw(id));
    }

    /** What one that runs has used. */
    public Statistics statistics(ContainerFolder folder) throws InterruptedException {
        return inCgroup(folder, id -> Running.of(store, id).statistics());
    }

    /**
     * The processes of one that runs.
     *
     * @throws ContainerException when it does not run or has no cgroup, or is not made in time
     */
    public List<ContainerProcess> processes(ContainerFolder folder) throws InterruptedException {
        ContainerIds ids = awaitMade(folder, () -> root.ids(folder.id()));
        List<Integer> pids = inCgroup(folder, id -> Running.of(store, id).processes());
        return pids.stream()
                .flatMap(pid -> ContainerProcess.of(linux, pid, ids).stream())
                .toList();
    }

    /**
     * Does {@code work} with the cgroup of a container that runs, or is being made.
     *
     * @throws ContainerException when it does not run or has no cgroup, or is not made in time
     */
    private <T> T inCgroup(ContainerFolder folder, Function<String, T> work) throws InterruptedException {
        awaitMade(folder, () -> store.running(folder.id()));
        try {
            return work.apply(folder.id());
        } catch (ContainerException e) {
            throw ContainerException.conflict("the container has just ended, or has no cgroup");
        }
    }

    /** The cgroup of one that runs, if it has any. */
    private Optional<Cgroup> cgroup(ContainerFolder folder) {
        return store.running(folder.id()).flatMap(store::cgroup);
    }

    /** Whether one that runs is paused. */
    boolean isFrozen(ContainerFolder folder) {
        return cgroup(folder).map(Cgroup::isFrozen).orElse(false);
    }

    /**
     * A further process in one that runs.
     *
     * @throws ContainerException when it does not run or is paused, or is not made in time
     */
    public ServedExecution execution(ContainerFolder folder) throws InterruptedException {
        return awaitMade(folder, () -> {
            if (isFrozen(folder)) {
                throw ContainerException.conflict("the container is paused; resume it first");
            }
            return ServedExecution.in(linux, self, store, folder.id());
        });
    }

    /**
     * What {@code attempt} gets of a container that runs, as soon as it gets it: of one that is still being made it gets nothing.
     *
     * @throws ContainerException when the container does not run, or is not made in time
     */
    public <T> T awaitMade(ContainerFolder folder, Supplier<Optional<T>> attempt) throws InterruptedException {
        long end = System.nanoTime() + Containers.START_SECONDS * 1_000_000_000;
        while (true) {
            ContainerStatus status = containers.status(folder);
            if (!status.isAlive()) {
                throw ContainerException.conflict("the container does not run: it is " + status.word());
            }
            Optional<T> got = attempt.get();
            if (got.isPresent()) {
                return got.get();
            }
            if (System.nanoTime() > end) {
                throw ContainerException.busy("the container is still being made");
            }
            Thread.sleep(Containers.POLL_MILLIS);
        }
    }
}
