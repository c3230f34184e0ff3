package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.Subgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.oci.StateJson;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.PidOutputs;
import dev.rustyrun.step.LaunchRecord;
import java.util.Optional;

/** The record of an exec. Nothing is stored; the process id is reported if requested. */
final class ExecRecord implements LaunchRecord {

    private final Linux linux;
    private final ContainerState state;
    private final ContainerStatus status;
    private final PidOutputs pids;
    private final Optional<Subgroup> group;
    private int process;

    /**
     * @param state the state of the container
     * @param group the exec's own cgroup below the container's, if it has one
     */
    ExecRecord(Linux linux, ContainerState state, ContainerStatus status, PidOutputs pids, Optional<Subgroup> group) {
        this.linux = linux;
        this.state = state;
        this.status = status;
        this.pids = pids;
        this.group = group;
    }

    /** Not used: an exec makes nothing on the host that needs an id. */
    @Override
    public String id() {
        throw new IllegalStateException("an exec starts nothing for its container");
    }

    @Override
    public void started(int pid, boolean successorFollows) {
        if (!successorFollows) {
            process = pid;
            PidReport.send(linux, pids, pid, "setns");
        }
    }

    @Override
    public void created() {
        // Nothing is stored for an exec.
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
            // The container's cgroup, with all processes in it, no longer exists. The process itself is killed in any
            // case.
        }
    }
}
