package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchOptions;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.RunStage;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.PlanCompiler;
import dev.rustyrun.plan.SeccompFilter;
import dev.rustyrun.seccomp.SeccompFilters;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import java.time.Instant;
import java.util.List;

/**
 * One container from its Spec to its end: prepares what it needs from the host, launches it, and takes away what is left.
 */
public final class Launch {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;
    private final Spec spec;

    /**
     * @throws dev.rustyrun.spec.InvalidSpecException when {@code spec} is not valid
     */
    public Launch(Linux linux, SelfExec self, Spec spec) {
        SpecValidator.check(spec);
        this.linux = linux;
        this.probe = new HostProbe(linux, self);
        this.store = ContainerStore.of(linux);
        this.spec = spec;
    }

    /** What would be done. */
    public LaunchPlan plan() {
        return PlanCompiler.compile(spec, facts());
    }

    private HostFacts facts() {
        return probe.factsFor(spec, List.of(), false, filter());
    }

    private SeccompFilter filter() {
        SeccompSetting setting = spec.linux().seccomp();
        if (setting instanceof SeccompSetting.Unconfined) {
            return SeccompFilter.NONE;
        }
        return new SeccompFilters(linux, store.folder() + "/.seccomp", Machine.current())
                .program(setting, spec.process().capabilities().bounding())
                .map(program -> new SeccompFilter(program.instructions(), program.flags())).orElse(SeccompFilter.NONE);
    }

    /**
     * Runs the container to its end.
     *
     * @param id its name; empty for a new one
     * @param stage the started stages, which wait for their plan
     * @param traced whether each step is printed
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     */
    public Outcome run(String id, RunStage stage, boolean traced, long timeoutMillis) {
        ContainerState state = state(id.isEmpty() ? store.newId() : id);
        store.add(state);
        try {
            return stage.launch(plan(), new LaunchOptions(traced, timeoutMillis, init -> written(state, init)));
        } finally {
            store.remove(state.id());
        }
    }

    private ContainerState state(String id) {
        int run = linux.processId();
        return new ContainerState(id, 0, 0, spec.root().path(), "", Instant.now().toString(), run,
                ProcessTimes.startOf(linux, run));
    }

    private void written(ContainerState state, int init) {
        try {
            store.write(state.withInit(init, ProcessTimes.startOf(linux, init)));
        } catch (LinuxException e) {
            // A container that others cannot find by its name still runs; its end is reported as ever.
        }
    }
}
