package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import java.util.List;
import java.util.Optional;

/** Sends a signal to a container; runtime-spec runtime.md, "Kill". */
public final class Kill {

    private final Linux linux;
    private final ContainerStore store;

    public Kill(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
    }

    /**
     * Sends {@code signal}. SIGKILL also kills all other processes of a container without its own PID namespace, as the
     * kernel does in one; man 7 pid_namespaces.
     *
     * @param all whether every process in the cgroup gets the signal, not only PID 1; then the container may also be
     *        stopped
     * @throws ContainerException when no process got the signal, because the container is not running
     */
    public void kill(String id, int signal, boolean all) {
        ContainerState state = store.get(id);
        ContainerStatus status = store.status(state);
        boolean alive = store.isInitAlive(state);
        // The cgroup of a stopped container may meanwhile belong to another container.
        Optional<Cgroup> cgroup =
                (alive ? store.cgroup(state) : store.ownCgroup(state.cgroup())).filter(Cgroup::exists);
        boolean leavesOthers = signal == Signal.SIGKILL.number()
                && !(alive && ProcessNumber.isFirst(linux, state.pid()))
                && cgroup.filter(group -> !group.processes().isEmpty()).isPresent();
        boolean reached = false;
        if (status.hasProcess() || status == ContainerStatus.CREATING && state.pid() != 0) {
            reached = linux.kill(state.pid(), signal);
        }
        if ((all || leavesOthers) && cgroup.isPresent()) {
            killAll(cgroup.get(), state.pid(), signal);
            reached = true;
        }
        if (!reached) {
            throw ContainerException.conflict(
                    "cannot signal container \"" + id + "\": container not running, it is " + status.word());
        }
        if (signal == Signal.SIGKILL.number()) {
            // In v1, even a killed process ends only after it is thawed; the cgroup may have been frozen just now.
            cgroup.filter(Cgroup::isFrozen).ifPresent(Cgroup::thaw);
        }
    }

    private void killAll(Cgroup cgroup, int init, int signal) {
        if (signal == Signal.SIGKILL.number()) {
            cgroup.kill();
            return;
        }
        List<Integer> processes = cgroup.processes();
        processes.stream().filter(pid -> pid != init).forEach(pid -> linux.kill(pid, signal));
    }
}
