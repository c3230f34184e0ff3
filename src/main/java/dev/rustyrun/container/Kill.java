package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
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
     * Sends {@code signal}. SIGKILL ends every process of a container that has no PID namespace of its own, as the
     * kernel does where it has one; man 7 pid_namespaces.
     *
     * @param all to every process in its cgroup, and not only to its PID 1; then it may have stopped
     * @throws ContainerException when it neither runs nor is created
     */
    public void kill(String id, int signal, boolean all) {
        ContainerState state = store.get(id);
        ContainerStatus status = store.status(state);
        boolean alive = store.isInitAlive(state);
        // Another container may have the cgroup of one that has ended.
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
            // In v1 a frozen process does not even die; it may have been frozen just now.
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
