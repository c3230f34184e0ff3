package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.Subgroup;
import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Spec;
import java.util.Optional;

/** The host's side of a further process in a container, which has no hooks and waits for no start. */
final class FurtherHost implements LaunchHost {

    private final Linux linux;
    private final Spec spec;
    private final ContainerState state;
    private final ContainerStatus status;
    private final PidOutputs pids;
    private final Optional<Subgroup> group;
    private int process;

    /**
     * @param spec the container's, with the further process as its process
     * @param state the container's
     * @param group that all it starts is in, if it has one of its own
     */
    FurtherHost(
            Linux linux,
            Spec spec,
            ContainerState state,
            ContainerStatus status,
            PidOutputs pids,
            Optional<Subgroup> group) {
        this.linux = linux;
        this.spec = spec;
        this.state = state;
        this.status = status;
        this.pids = pids;
        this.group = group;
    }

    @Override
    public void beforeKill() {
        try {
            group.ifPresent(Subgroup::kill);
        } catch (CgroupException gone) {
            // With the container, and all that was in it. The process itself is killed in any case.
        }
    }

    @Override
    public void initStarted(int pid) {
        process = pid;
        pids.report(linux, pid, "setns");
    }

    @Override
    public HookStates runHooks() {
        return new HookStates("", "");
    }

    @Override
    public void setUp() {
        // All that is to be known about it is its id.
    }

    @Override
    public Gate gate() {
        throw new IllegalStateException("a further process waits for no start");
    }

    @Override
    public Agent agent() {
        return FilterAgent.of(spec, state, status, state.origin().bundle(), process);
    }
}
