package dev.rustyrun.container;

import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.stage.CommandIo;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.ServedStages;
import dev.rustyrun.stage.StageSpawner;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A launch of a service, used once. A cold one begins when it is known what to run. A warm one has begun before: it has its id
 * and its own cgroup, {@code child} has left the host's namespaces, and {@code init} waits for its part. It serves a launch
 * when the plan of that, with this id and cgroup, begins with the very steps that {@code child} has performed: so it does what
 * a cold one does, in the same order. Whoever has one must {@link #discard} it in the end, whatever was thrown. Used by one
 * thread at a time.
 */
public final class ServedLaunch {

    private final ServedStages stages;
    private final Traces traces;
    private final Optional<LaunchPlan> begun;
    private Optional<LaunchPlan> fitting = Optional.empty();

    private ServedLaunch(ServedStages stages, Traces traces, Optional<LaunchPlan> begun) {
        this.stages = stages;
        this.traces = traces;
        this.begun = begun;
    }

    /**
     * One for {@code launch}, of which only the stages are there.
     *
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static ServedLaunch cold(Launch launch, StageSpawner spawner) throws InterruptedException {
        Traces traces = launch.traces(launch.store().newId());
        return new ServedLaunch(spawner.start(), traces, Optional.empty());
    }

    /**
     * Begins a warm one.
     *
     * @param likely what will probably be launched
     * @param clearing does what takes away one that could not be begun, again when that fails
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static ServedLaunch warm(Launch likely, StageSpawner spawner, Consumer<Runnable> clearing)
            throws InterruptedException {
        Traces traces = likely.traces(likely.store().newId());
        Optional<ServedStages> stages = Optional.empty();
        boolean waits = false;
        try {
            traces.make(likely.state(traces), likely.spec());
            LaunchPlan plan = likely.plan(traces);
            stages = Optional.of(spawner.start());
            stages.get().prepare(plan);
            ServedLaunch warm = new ServedLaunch(stages.get(), traces, Optional.of(plan));
            waits = true;
            return warm;
        } finally {
            if (!waits) {
                Optional<ServedStages> left = stages;
                clearing.accept(() -> end(left, traces));
            }
        }
    }

    /** The container's id. */
    public String id() {
        return traces.id();
    }

    public boolean isWarm() {
        return begun.isPresent();
    }

    /** Our ends of the command's standard files. */
    public CommandPipes pipes() {
        return stages.pipes();
    }

    /** Lets {@code io}, which then owns {@link #pipes}, speak with the command. Must be called before it runs. */
    public void speakingWith(CommandIo io) {
        stages.speakingWith(io);
    }

    /** Whether its stages still wait, as they do until something kills them. */
    public boolean isAlive() {
        return stages.areWaiting();
    }

    /** Why it is not alive, in one line; empty when that is not known. */
    public String failure() {
        return stages.failure();
    }

    /** Whether this warm one can serve {@code launch}. */
    public boolean fits(Launch launch) {
        if (!isAlive()) {
            return false;
        }
        traces.take(launch.layer(traces.id()));
        fitting = Optional.of(launch.plan(traces)).filter(this::beginsAsBegun);
        if (fitting.isEmpty()) {
            traces.take(Optional.empty());
        }
        return fitting.isPresent();
    }

    private boolean beginsAsBegun(LaunchPlan plan) {
        return begun.map(same ->
                        plan.child().equals(same.child()) && plan.idMaps().equals(same.idMaps()))
                .orElse(true);
    }

    /**
     * Runs the container of {@code launch}, which it was made for or {@link #fits}, to its end.
     *
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Outcome run(Launch launch, long timeoutMillis) {
        // Written down with init's process id, which of a warm one is known already or will be in a moment.
        ContainerState state = launch.state(traces);
        if (begun.isEmpty()) {
            traces.make(state, launch.spec());
        } else {
            traces.makeLayer();
        }
        ContainerCgroup limited = traces.cgroup().limitedAs(launch.spec());
        LaunchPlan plan =
                limited == traces.cgroup() && fitting.isPresent() ? fitting.get() : launch.plan(traces, limited);
        if (!beginsAsBegun(plan)) {
            throw new IllegalStateException("limits of another kind need another cgroup than the warm launch has");
        }
        return launch.launch(state, limited, plan, stages, false, timeoutMillis);
    }

    /** Ends it, unless it has, and takes away what is left of it; may be called again, and must be when it has failed. */
    public void discard() {
        end(Optional.of(stages), traces);
    }

    private static void end(Optional<ServedStages> stages, Traces traces) {
        try {
            stages.ifPresent(ServedStages::abandon);
        } finally {
            traces.clear();
        }
    }
}
