package dev.rustyrun.container;

import dev.rustyrun.launch.CommandIo;
import dev.rustyrun.launch.CommandPipes;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.IdMapping;
import java.util.Optional;

/**
 * A launch that has begun before it is known what to run: it has its id and its own cgroup, {@code child} has left the
 * host's namespaces, and {@code init} waits for its part. It is used once. It serves a launch when the plan of that, with
 * this id and cgroup, begins with the very steps that {@code child} has performed: so a warm launch does what a cold one
 * does, in the same order. Used by one thread at a time.
 */
public final class WarmLaunch {

    private final ServedStages stages;
    private final Launch likely;
    private final String id;
    private final ContainerCgroup cgroup;
    private final Optional<IdMapping> ids;
    private final LaunchPlan begun;
    private Optional<LaunchPlan> fitting = Optional.empty();

    private WarmLaunch(
            ServedStages stages,
            Launch likely,
            String id,
            ContainerCgroup cgroup,
            Optional<IdMapping> ids,
            LaunchPlan begun) {
        this.stages = stages;
        this.likely = likely;
        this.id = id;
        this.cgroup = cgroup;
        this.ids = ids;
        this.begun = begun;
    }

    /**
     * Begins one.
     *
     * @param likely what will probably be launched
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static WarmLaunch begin(Linux linux, Launch likely, StageSpawner spawner) throws InterruptedException {
        String id = likely.store().newId();
        ContainerCgroup cgroup = ContainerCgroup.of(linux, likely.spec(), id, likely.store());
        // Written down, so that nobody takes the empty cgroup for a leftover.
        likely.store().add(likely.state(id, cgroup.path()));
        Optional<ServedStages> stages = Optional.empty();
        boolean waits = false;
        Optional<IdMapping> ids = Optional.empty();
        try {
            ids = likely.takeIds(id);
            cgroup.make();
            LaunchPlan plan = likely.plan(id, cgroup, ids);
            stages = Optional.of(spawner.start());
            stages.get().prepare(plan);
            WarmLaunch begun = new WarmLaunch(stages.get(), likely, id, cgroup, ids, plan);
            waits = true;
            return begun;
        } finally {
            if (!waits) {
                stages.ifPresent(ServedStages::abandon);
                likely.clear(id, cgroup, ids);
            }
        }
    }

    /** The container's id. */
    public String id() {
        return id;
    }

    /** Our ends of the command's standard files. */
    public CommandPipes pipes() {
        return stages.pipes();
    }

    /** Whether its stages still wait, as they do until something kills them. */
    public boolean isAlive() {
        return stages.areWaiting();
    }

    /** Why it is not alive, in one line; empty when that is not known. */
    public String failure() {
        return stages.failure();
    }

    /** Whether it can serve {@code launch}. */
    public boolean fits(Launch launch) {
        if (!isAlive()) {
            return false;
        }
        fitting = Optional.of(launch.plan(id, cgroup, ids)).filter(this::beginsAsBegun);
        return fitting.isPresent();
    }

    private boolean beginsAsBegun(LaunchPlan plan) {
        return plan.child().equals(begun.child()) && plan.idMaps().equals(begun.idMaps());
    }

    /**
     * Runs the container of {@code launch}, which {@link #fits}, to its end; what is left is there until that is closed.
     *
     * @param io from now on owns {@link #pipes}
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Launch.Ended run(Launch launch, CommandIo io, long timeoutMillis) {
        stages.speakingWith(io);
        // Written down with init's process id, which is known already or will be in a moment.
        ContainerState state = launch.state(id, cgroup.path());
        try {
            ContainerCgroup limited = cgroup.limitedAs(launch.spec());
            LaunchPlan plan = limited == cgroup && fitting.isPresent() ? fitting.get() : launch.plan(id, limited, ids);
            if (!beginsAsBegun(plan)) {
                throw new IllegalStateException("limits of another kind need another cgroup than the warm launch has");
            }
            return new Launch.Ended(launch.launch(state, limited, plan, stages, false, timeoutMillis), this::discard);
        } catch (RuntimeException e) {
            discard();
            throw e;
        }
    }

    /** Ends it, unless it has, and takes away what is left of it. */
    public void discard() {
        stages.abandon();
        likely.clear(id, cgroup, ids);
    }
}
