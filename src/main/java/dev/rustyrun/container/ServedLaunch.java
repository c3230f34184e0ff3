package dev.rustyrun.container;

import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.stage.CommandIo;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.ServedStages;
import dev.rustyrun.stage.StageSpawner;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A launch of a service, used once. A cold one begins when it is known what to run. A warm one has begun before: it has its id
 * and its own cgroup, {@code child} has left the host's namespaces, and {@code init} waits for its part; of a launch that is
 * known to come again, it has done all before what is about the command. It serves a launch when the plan of that, with this id
 * and cgroup, begins with the very steps that have been performed: so it does what a cold one does, in the same order. Whoever
 * has one must {@link #discard} it in the end, whatever was thrown. Used by one thread at a time.
 */
public final class ServedLaunch {

    /** A limit of the memory that the stages themselves never come near, in bytes: below it, they are limited from the start. */
    private static final long ROOM_FOR_STAGES = 32L << 20;

    private final ServedStages stages;
    private final Traces traces;
    private final Optional<Begun> begun;
    private Optional<LaunchPlan> fitting = Optional.empty();

    /**
     * What a warm one has done.
     *
     * @param plan of what will probably be launched
     * @param steps how many of {@code init} are done
     * @param shape of what it can serve; empty for any
     * @param paths what it has mounted
     */
    private record Begun(LaunchPlan plan, int steps, Optional<LaunchShape> shape, Optional<MountedPaths> paths) {

        boolean isBeginningOf(LaunchPlan other) {
            return other.beginsAs(plan, steps);
        }

        boolean isCurrent() {
            return paths.isEmpty() || paths.get().areCurrent();
        }
    }

    private ServedLaunch(ServedStages stages, Traces traces, Optional<Begun> begun) {
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
     * @param shape of launches that it begins as, so that {@code init} can begin too; empty when that is not known
     * @param clearing does what takes away one that could not be begun, again when that fails
     * @throws InterruptedException when the calling thread was interrupted
     * @throws dev.rustyrun.step.StepFailure when one of the steps fails
     */
    public static ServedLaunch warm(
            Launch likely, Optional<LaunchShape> shape, StageSpawner spawner, Consumer<Runnable> clearing)
            throws InterruptedException {
        Traces traces = likely.traces(likely.store().newId());
        Optional<ServedStages> stages = Optional.empty();
        Optional<MountedPaths> paths = Optional.empty();
        boolean waits = false;
        try {
            traces.make(likely.state(traces), likely.spec());
            LaunchPlan plan = likely.plan(traces);
            int steps = shape.isPresent() ? plan.ahead() : 0;
            if (steps > 0) {
                paths = Optional.of(likely.mountedPaths());
            }
            stages = Optional.of(spawner.start());
            stages.get().prepare(plan, steps);
            ServedLaunch warm =
                    new ServedLaunch(stages.get(), traces, Optional.of(new Begun(plan, steps, shape, paths)));
            waits = true;
            return warm;
        } finally {
            if (!waits) {
                Optional<ServedStages> left = stages;
                Optional<MountedPaths> opened = paths;
                clearing.accept(() -> end(left, traces, opened));
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

    /** Whether its stages still wait, as they do until something kills them, and what they have mounted is still there. */
    public boolean isAlive() {
        return stages.areWaiting() && begun.filter(one -> !one.isCurrent()).isEmpty();
    }

    /** The shape of the launches that it was begun for; empty if it can serve any. */
    public Optional<LaunchShape> shape() {
        return begun.flatMap(Begun::shape);
    }

    /** Why its stages have ended, in one line; empty when that is not known. */
    public String failure() {
        return stages.failure();
    }

    /** Whether this warm one can serve {@code launch}. */
    public boolean fits(Launch launch) {
        if (!mayFit(launch) || !isAlive()) {
            return false;
        }
        traces.take(launch.layer(traces.id()));
        fitting = Optional.of(launch.plan(traces)).filter(this::beginsAsBegun);
        if (fitting.isEmpty()) {
            traces.take(Optional.empty());
        }
        return fitting.isPresent();
    }

    /** Without a look at the plan. What waits in the container's cgroup must have room when it is limited. */
    private boolean mayFit(Launch launch) {
        Optional<LaunchShape> shape = shape();
        return shape.isEmpty()
                || shape.equals(launch.shape())
                        && roomOf(launch.spec().linux().resources().memory()) >= ROOM_FOR_STAGES;
    }

    private static long roomOf(Resources.Memory memory) {
        return memory.limit() == Resources.UNSET || memory.limit() == Resources.UNLIMITED
                ? Long.MAX_VALUE
                : memory.limit();
    }

    private boolean beginsAsBegun(LaunchPlan plan) {
        return begun.isEmpty() || begun.get().isBeginningOf(plan);
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
        end(Optional.of(stages), traces, begun.flatMap(Begun::paths));
    }

    private static void end(Optional<ServedStages> stages, Traces traces, Optional<MountedPaths> paths) {
        try {
            paths.ifPresent(MountedPaths::close);
            stages.ifPresent(ServedStages::abandon);
        } finally {
            traces.clear();
        }
    }
}
