package dev.rustyrun.container;

import dev.rustyrun.container.served.Exchange;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.oci.SavedProcess;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.PlanCompiler;
import dev.rustyrun.plan.PlanPrinter;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.PidOutputs;
import dev.rustyrun.spec.ProcPaths;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import dev.rustyrun.stage.LaunchOptions;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import dev.rustyrun.stage.Stages;
import dev.rustyrun.step.SeccompFilter;
import java.util.List;
import java.util.Optional;

/** One container from its Spec to its end: makes its resources on the host, launches it, and removes the resources. */
public final class Launch {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;
    private final SelfExec self;
    private Spec spec;
    private Optional<SeccompFilter> filter = Optional.empty();
    private Optional<LaunchShape> shape = Optional.empty();
    private Optional<RootVisitor> visitor = Optional.empty();
    private Optional<String> attempts = Optional.empty();
    private boolean stays;
    private String layerToken = "";

    /**
     * @throws dev.rustyrun.spec.InvalidSpecException when {@code spec} is not valid
     */
    public Launch(Linux linux, SelfExec self, ContainerStore store, Spec spec) {
        SpecValidator.check(spec);
        EgressPolicy.of(spec.allowedHosts());
        this.linux = linux;
        this.self = self;
        this.probe = new HostProbe(linux, self);
        this.store = store;
        this.spec = probe.own().within(spec);
    }

    /** Creates the launch of {@code spec} from the command line. */
    public Launch(CommandTools tools, Spec spec) {
        this(tools.linux(), tools.self(), tools.store(), spec);
    }

    /**
     * Explains the launch without doing it: each step on a line.
     *
     * @param id the container's name; empty for a new one
     * @param reasons whether to say why each step exists
     */
    public String explain(String id, boolean reasons) {
        String name = name(id);
        ContainerCgroup cgroup = ContainerCgroup.of(linux, spec, name, store);
        Spec located = traces(name).layer().map(layer -> layer.locate(spec)).orElse(spec);
        LaunchPlan plan = PlanCompiler.compile(located, facts(name, cgroup, cgroup.plannedFiles()));
        return PlanPrinter.print(cgroup.words(), plan, reasons);
    }

    /**
     * Runs the container to its end.
     *
     * @param id its name; empty for a new one
     * @param stage the stage, which waits for its plan
     * @param traced whether each step is printed
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Outcome run(String id, WaitingStage stage, boolean traced, long timeoutMillis) {
        return run(id, stage.stage(), traced, timeoutMillis);
    }

    /**
     * Runs the container to its end.
     *
     * @param id its name; empty for a new one
     * @param stages the started stages, which wait for their plan
     * @param traced whether each step is printed
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Outcome run(String id, Stages stages, boolean traced, long timeoutMillis) {
        Traces traces = traces(name(id));
        ContainerState state = state(traces);
        try {
            traces.make(state, spec);
            Outcome ended = launch(state, traces.cgroup(), plan(traces), stages, traced, timeoutMillis);
            if (ended.reason() != Outcome.Reason.SETUP_FAILED) {
                traces.keepLayer();
                if (stays) {
                    traces.keepState();
                }
            }
            return ended;
        } finally {
            try {
                stages.awaitEnd();
            } finally {
                traces.clear();
            }
        }
    }

    /** Lets {@code who} enter the container before its command runs. */
    public Launch withVisitor(RootVisitor who) {
        visitor = Optional.of(who);
        spec = spec.withAnnotation(Spec.VISIT_ANNOTATION, "");
        return this;
    }

    /**
     * Has attempts to reach hosts reported through the FIFO at {@code path}; on the error output if it has no reader.
     */
    public Launch reportingAttempts(String path) {
        attempts = Optional.of(path);
        return this;
    }

    /** Keeps the container's writable layer after its end, until the container is deleted. */
    public Launch keepingLayer() {
        spec = spec.withRoot(new Spec.Root(
                spec.root().path(), spec.root().readonly(), spec.root().image().map(Spec.Image::keeping)));
        return this;
    }

    /** Keeps the container after its end, until it is deleted. */
    public Launch keeping() {
        stays = true;
        return keepingLayer();
    }

    /** Connects the command, which {@code stages} will start, with its client. */
    void connect(Exchange exchange, ServedStages stages) {
        exchange.connect(linux, stages);
    }

    /** The resources on the host of the container with this name. */
    Traces traces(String name) {
        return new Traces(linux, store, name, ContainerCgroup.of(linux, spec, name, store), layer(name));
    }

    /** The writable layer of the container with this name; empty if it does not come from an image. */
    Optional<ContainerLayer> layer(String name) {
        return spec.root()
                .image()
                .map(image ->
                        new ContainerLayer(linux, self, spec.root().path(), name, image, volumes(image), layerToken));
    }

    /**
     * Makes this layer before the start of the container, if it is on disk.
     *
     * @param token a secret of this container
     */
    public void makeLayer(String name, String token) {
        if (!spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)) {
            layer(name).ifPresent(layer -> layer.makeBeforeStart(store.folder(), token));
        }
    }

    /** Lets the container take over the layer that {@link #makeLayer} has made with this token, if it exists. */
    public void adoptLayer(String token) {
        layerToken = token;
    }

    /**
     * The image's volumes on which nothing else is mounted; none for an ephemeral container, whose files are in memory.
     */
    private List<String> volumes(Spec.Image image) {
        boolean ephemeral = spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION);
        return image.volumes().stream()
                .filter(path -> !ephemeral
                        && spec.mounts().stream()
                                .noneMatch(mount ->
                                        ProcPaths.plain(mount.destination()).equals(path)))
                .toList();
    }

    /** The plan for a container with these resources. */
    LaunchPlan plan(Traces traces) {
        return plan(traces, traces.cgroup());
    }

    /** The plan for a container with these resources, whose cgroup has got other limits. */
    LaunchPlan plan(Traces traces, ContainerCgroup limited) {
        boolean pooled = spec.annotations().containsKey(Spec.ID_POOL_ANNOTATION);
        Spec mapped = traces.ids()
                .filter(range -> pooled)
                .map(range -> spec.withMappings(List.of(range), List.of(range)))
                .orElse(spec);
        Spec located = traces.layer().map(layer -> layer.locate(mapped)).orElse(mapped);
        return PlanCompiler.compile(located, facts(traces.id(), limited, limited.files()));
    }

    /** Runs the container; its state and cgroup must exist. */
    Outcome launch(
            ContainerState state,
            ContainerCgroup cgroup,
            LaunchPlan plan,
            Stages stages,
            boolean traced,
            long timeoutMillis) {
        return cgroup.explain(stages.launch(
                plan,
                new LaunchOptions(
                        traced,
                        timeoutMillis,
                        Optional.empty(),
                        new ContainerRecord(linux, store, state, PidOutputs.NONE)
                                .withVisitor(visitor)
                                .reportingAttempts(attempts))));
    }

    /** A warning for the user, which is shown only once. */
    public Optional<String> warning() {
        boolean unlimited = !linux.isRoot()
                && spec.linux().resources().withDevices(List.of()).isEmpty();
        return unlimited && store.isFirst("told-no-cgroup")
                ? Optional.of(
                        "without root, containers have no cgroup: their resource usage is neither measured nor limited"
                                + " (shown once)")
                : Optional.empty();
    }

    Spec spec() {
        return spec;
    }

    /** The shape of this launch; empty if it cannot be launched warm. */
    Optional<LaunchShape> shape() {
        if (shape.isEmpty()) {
            shape = LaunchShape.of(spec);
        }
        return shape;
    }

    /** The paths of the host that this launch mounts. */
    MountedPaths mountedPaths() {
        return MountedPaths.of(linux, spec);
    }

    ContainerStore store() {
        return store;
    }

    private String name(String id) {
        return id.isEmpty() ? store.newId() : ContainerId.checked(id);
    }

    private HostFacts facts(String id, ContainerCgroup cgroup, List<String> cgroupFiles) {
        return probe.factsFor(
                spec, store.cleanupOf(id, cgroup.directories()), cgroupFiles, cgroup.limitsDevices(), filter());
    }

    /** The seccomp filter, cached because a warm launch compiles the plan twice. */
    private SeccompFilter filter() {
        if (filter.isEmpty()) {
            filter = Optional.of(probe.filterFor(spec, store));
        }
        return filter.get();
    }

    ContainerState state(Traces traces) {
        int run = linux.processId();
        ContainerState.Origin origin = ContainerState.Origin.commandLine(SavedProcess.write(spec), spec.labels());
        return new ContainerState(
                traces.id(),
                0,
                0,
                traces.layer().map(ContainerLayer::path).orElse(spec.root().path()),
                traces.cgroup().path(),
                ContainerState.now(),
                run,
                ProcessTimes.startOf(linux, run),
                false,
                stays ? origin.staying() : origin);
    }
}
