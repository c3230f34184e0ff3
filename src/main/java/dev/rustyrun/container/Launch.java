package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchOptions;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.Stages;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.oci.KeptProcess;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.PlanCompiler;
import dev.rustyrun.plan.SeccompFilter;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One container from its Spec to its end: prepares what it needs from the host, launches it, and takes away what is left.
 */
public final class Launch {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;
    private final Spec spec;
    private Optional<SeccompFilter> filter = Optional.empty();

    /**
     * @throws dev.rustyrun.spec.InvalidSpecException when {@code spec} is not valid
     */
    public Launch(Linux linux, SelfExec self, ContainerStore store, Spec spec) {
        SpecValidator.check(spec);
        this.linux = linux;
        this.probe = new HostProbe(linux, self);
        this.store = store;
        this.spec = probe.own().within(spec);
    }

    /**
     * What would be done, without doing any of it.
     *
     * @param id the container's name; empty for a new one
     */
    public Explanation explain(String id) {
        String name = name(id);
        ContainerCgroup cgroup = ContainerCgroup.of(linux, spec, name, store);
        return new Explanation(cgroup.words(), PlanCompiler.compile(spec, facts(name, cgroup, cgroup.plannedFiles())));
    }

    /**
     * A launch in words.
     *
     * @param cgroup what is done about a cgroup
     */
    public record Explanation(Optional<String> cgroup, LaunchPlan plan) {}

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
            return launch(state, traces.cgroup(), plan(traces), stages, traced, timeoutMillis);
        } finally {
            try {
                stages.awaitEnd();
            } finally {
                traces.clear();
            }
        }
    }

    /** What the container of this name will have on the host. */
    Traces traces(String name) {
        return new Traces(linux, store, name, ContainerCgroup.of(linux, spec, name, store));
    }

    /** The plan for a container that has made these. */
    LaunchPlan plan(Traces traces) {
        return plan(traces, traces.cgroup());
    }

    /** The same with its cgroup limited in another way. */
    LaunchPlan plan(Traces traces, ContainerCgroup limited) {
        boolean pooled = spec.annotations().containsKey(Spec.ID_POOL_ANNOTATION);
        Spec mapped = traces.ids()
                .filter(range -> pooled)
                .map(range -> spec.withMappings(List.of(range), List.of(range)))
                .orElse(spec);
        return PlanCompiler.compile(mapped, facts(traces.id(), limited, limited.files()));
    }

    /** Runs the container whose state and cgroup have been made. */
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
                        traced, timeoutMillis, Optional.empty(), 0, new CommandLineHost(linux, store, spec, state))));
    }

    /** What the user should know, and is told only once. */
    public Optional<String> warning() {
        boolean unlimited = !linux.isRoot()
                && spec.linux().resources().withDevices(List.of()).isEmpty();
        return unlimited && store.isFirst("told-no-cgroup")
                ? Optional.of(
                        "without root, containers have no cgroup: nothing counts or limits what they use (told once)")
                : Optional.empty();
    }

    Spec spec() {
        return spec;
    }

    ContainerStore store() {
        return store;
    }

    private String name(String id) {
        return id.isEmpty() ? store.newId() : ContainerStore.checked(id);
    }

    private HostFacts facts(String id, ContainerCgroup cgroup, List<String> cgroupFiles) {
        return probe.factsFor(
                spec, store.leftoversOf(id, cgroup.directories()), cgroupFiles, cgroup.limitsDevices(), filter());
    }

    /** Found once: a warm launch asks for the plan twice. */
    private SeccompFilter filter() {
        if (filter.isEmpty()) {
            filter = Optional.of(probe.filterFor(spec, store));
        }
        return filter.get();
    }

    ContainerState state(Traces traces) {
        int run = linux.processId();
        return new ContainerState(
                traces.id(),
                0,
                0,
                spec.root().path(),
                traces.cgroup().path(),
                Instant.now().toString(),
                run,
                ProcessTimes.startOf(linux, run),
                false,
                ContainerState.Origin.commandLine(KeptProcess.write(spec), spec.labels()));
    }
}
