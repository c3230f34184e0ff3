package dev.rustyrun.container;

import dev.rustyrun.container.served.Exchange;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.stage.ServedStages;
import dev.rustyrun.stage.StageSpawner;
import dev.rustyrun.step.StepFailure;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A launch of a service, used once. A cold launch begins with the request. A warm launch has begun before: it has its
 * id and its cgroup, {@code child} has left the host's namespaces, and {@code init} waits for its part of the plan. If
 * the shape of the launch is predicted, {@code init} has also applied all steps before those that concern the command.
 * A warm launch can serve a request when the request's plan, with this id and cgroup, begins with exactly the applied
 * steps. So it does the same as a cold launch, in the same order. The owner must call {@link #discard} in the end, also
 * after an exception. Used by one thread at a time.
 */
public final class ServedLaunch {

    /**
     * In bytes. A warm launch does not serve a request with a smaller memory limit, because its waiting stages need
     * room in the cgroup.
     */
    private static final long ROOM_FOR_STAGES = 32L << 20;

    private final ServedStages stages;
    private final Traces traces;
    private final Optional<Begun> begun;
    private Optional<LaunchPlan> fitting = Optional.empty();

    /**
     * The progress of a warm launch.
     *
     * @param plan the plan of the predicted launch
     * @param steps how many steps of {@code init} are applied
     * @param shape the shape of launches that it can serve; empty for any
     * @param paths the paths of the host that it has mounted
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
     * A cold launch, for which only the stages have been started.
     *
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static ServedLaunch cold(Launch launch, StageSpawner spawner) throws InterruptedException {
        Traces traces = launch.traces(launch.store().newId());
        return new ServedLaunch(spawner.start(), traces, Optional.empty());
    }

    /**
     * Begins a warm launch.
     *
     * @param likely the predicted launch
     * @param shape the predicted shape, with which {@code init} can begin too; empty when it is unknown
     * @param clearing runs the cleanup of a launch that failed to begin, and repeats it when it fails
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
            traces.layer().ifPresent(ContainerLayer::markWaiting);
            LaunchPlan plan = likely.plan(traces);
            int steps = shape.isPresent() ? plan.ahead() : 0;
            if (steps > 0) {
                paths = Optional.of(likely.mountedPaths());
            }
            stages = Optional.of(spawner.start());
            stages.get().prepare(plan, steps);
            if (paths.isPresent()) {
                MountedPaths mounted = paths.get();
                stages.get().takeRoot().ifPresent(root -> mounted.seenFrom(root, plan.mountsWithin(steps)));
                if (!mounted.areCurrent()) {
                    throw new StepFailure("a source of its mounts was replaced or moved");
                }
            }
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

    /** Whether the stages still wait, and the paths that they have mounted are unchanged. */
    public boolean isAlive() {
        return stages.areWaiting() && begun.filter(one -> !one.isCurrent()).isEmpty() && !isUnwanted();
    }

    /** Whether it uses an image that is to be removed. */
    public boolean isUnwanted() {
        return hasShape() && traces.layer().filter(ContainerLayer::isUnwanted).isPresent();
    }

    /** The shape of the launches that it can serve; empty for any. */
    public Optional<LaunchShape> shape() {
        return begun.flatMap(Begun::shape);
    }

    /** Why the stages have ended, in one line; empty when unknown. */
    public String failure() {
        return stages.failure();
    }

    /** Whether this warm launch can serve {@code launch}. */
    public boolean fits(Launch launch) {
        if (!mayFit(launch) || !isAlive()) {
            return false;
        }
        if (!hasShape()) {
            traces.take(launch.layer(traces.id()));
        }
        fitting = Optional.of(launch.plan(traces)).filter(this::beginsAsBegun);
        if (!hasShape() && fitting.isEmpty()) {
            traces.take(Optional.empty());
        }
        return fitting.isPresent();
    }

    /** Whether it was begun for a predicted shape, with its layer; otherwise the request decides about the layer. */
    private boolean hasShape() {
        return shape().isPresent();
    }

    /** A cheap check without the plan: the shape is the same, and the waiting stages fit into the memory limit. */
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
     * Runs the container of {@code launch} to its end. This object was made for {@code launch}, or it {@link #fits}.
     *
     * @param exchange connects the command with its client
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Outcome run(Launch launch, Exchange exchange, long timeoutMillis) {
        launch.connect(exchange, stages);
        begun.flatMap(Begun::paths).ifPresent(MountedPaths::close);
        // Stored later together with init's process id.
        ContainerState state = launch.state(traces);
        if (begun.isEmpty()) {
            traces.make(state, launch.spec());
        } else if (hasShape()) {
            traces.layer().ifPresent(ContainerLayer::markTaken);
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

    /**
     * Ends the launch if it has not ended, and removes its resources. May be called repeatedly, and must be repeated
     * when it fails.
     */
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
