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
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
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
        try (Ended ended = runToEnd(id, stages, traced, timeoutMillis)) {
            return ended.outcome();
        }
    }

    /**
     * The same for a caller that can do something else before it takes away what is left, and must then do that.
     */
    public Ended runToEnd(String id, Stages stages, boolean traced, long timeoutMillis) {
        String name = name(id);
        ContainerCgroup cgroup = ContainerCgroup.of(linux, spec, name, store);
        ContainerState state = state(name, cgroup.path());
        store.add(state);
        Optional<IdMapping> ids = Optional.empty();
        try {
            ids = takeIds(name);
            Optional<IdMapping> taken = ids;
            cgroup.make();
            return new Ended(launch(state, cgroup, plan(name, cgroup, ids), stages, traced, timeoutMillis), () -> {
                stages.awaitEnd();
                clear(name, cgroup, taken);
            });
        } catch (RuntimeException e) {
            clear(name, cgroup, ids);
            throw e;
        }
    }

    /** Takes away what a container had on the host. What is written down goes last, for gc finds the rest by it. */
    void clear(String id, ContainerCgroup cgroup, Optional<IdMapping> ids) {
        cgroup.remove();
        ids.ifPresent(store.idRanges()::giveBack);
        store.remove(id);
    }

    /** Takes a range of ids for the container {@code id}, which is in the store, if its ids come from a pool. */
    Optional<IdMapping> takeIds(String id) {
        return Optional.ofNullable(spec.annotations().get(Spec.ID_POOL_ANNOTATION))
                .map(pool -> store.idRanges().take(IdPool.parse(pool), store.path(id)));
    }

    /**
     * How a container ended. What it had on the host is there until this is closed: its stages, its cgroup and its state,
     * by which others find those should this process be killed.
     */
    public record Ended(Outcome outcome, Runnable clear) implements AutoCloseable {

        @Override
        public void close() {
            clear.run();
        }
    }

    /**
     * The plan for a container of that name in that cgroup, which has been made.
     *
     * @param ids that were taken for it, if its ids come from a pool
     */
    LaunchPlan plan(String id, ContainerCgroup cgroup, Optional<IdMapping> ids) {
        boolean pooled = spec.annotations().containsKey(Spec.ID_POOL_ANNOTATION);
        Spec mapped = ids.filter(range -> pooled)
                .map(range -> spec.withMappings(List.of(range), List.of(range)))
                .orElse(spec);
        return PlanCompiler.compile(mapped, facts(id, cgroup, cgroup.files()));
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

    ContainerState state(String id, String cgroup) {
        int run = linux.processId();
        return new ContainerState(
                id,
                0,
                0,
                spec.root().path(),
                cgroup,
                Instant.now().toString(),
                run,
                ProcessTimes.startOf(linux, run),
                false,
                ContainerState.Origin.commandLine(KeptProcess.write(spec)));
    }
}
