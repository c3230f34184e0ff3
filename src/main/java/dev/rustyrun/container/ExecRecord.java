package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.Subgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.oci.StateJson;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.step.LaunchRecord;
import java.util.Optional;

/** What is written down of an exec: nothing but its process id, where that was asked for. */
final class ExecRecord implements LaunchRecord {

    private final Linux linux;
    private final ContainerState state;
    private final ContainerStatus status;
    private final PidOutputs pids;
    private final Optional<Subgroup> group;
    private int process;

    /**
     * @param state the container's
     * @param group that all it starts is in, if it has one of its own
     */
    ExecRecord(Linux linux, ContainerState state, ContainerStatus status, PidOutputs pids, Optional<Subgroup> group) {
        this.linux = linux;
        this.state = state;
        this.status = status;
        this.pids = pids;
        this.group = group;
    }

    /** Nobody need know of it before it is in the container. */
    @Override
    public String id() {
        throw new IllegalStateException("an exec starts nothing for its container");
    }

    @Override
    public void started(int pid, boolean successorFollows) {
        if (!successorFollows) {
            process = pid;
            pids.report(linux, pid, "setns");
        }
    }

    @Override
    public void created() {
        // All that is known about it is its id.
    }

    @Override
    public String state(ContainerStatus asked) {
        return HookStage.state(state, asked);
    }

    @Override
    public String processState(String metadata) {
        return StateJson.ofProcess(
                process,
                metadata,
                state.id(),
                status,
                state.pid(),
                state.origin().bundle(),
                state.origin().annotations());
    }

    @Override
    public void beforeKill() {
        try {
            group.ifPresent(Subgroup::kill);
        } catch (CgroupException gone) {
            // With the container, and all that was in it. The process itself is killed in any case.
        }
    }
}
