package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.network.ProxyConnection;
import dev.rustyrun.oci.ConfigJson;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.ResourcesValidator;
import java.util.List;
import java.util.Optional;

/** A container that has processes, with the operations on its cgroup and its proxy. */
public final class Running {

    private final ContainerStore store;
    private final ContainerState state;
    private final ContainerStatus status;
    private final Optional<Cgroup> cgroup;

    private Running(ContainerStore store, ContainerState state, ContainerStatus status, Optional<Cgroup> cgroup) {
        this.store = store;
        this.state = state;
        this.status = status;
        this.cgroup = cgroup;
    }

    /**
     * The container {@code id}.
     *
     * @throws ContainerException when it does not exist, or has no process
     */
    public static Running of(ContainerStore store, String id) {
        ContainerState state = store.get(id);
        ContainerStatus status = checkedStatus(state, store);
        return new Running(store, state, status, store.cgroup(state).filter(Cgroup::exists));
    }

    private static ContainerStatus checkedStatus(ContainerState state, ContainerStore store) {
        ContainerStatus status = store.status(state);
        if (!status.hasProcess()) {
            throw ContainerException.conflict(
                    "container \"" + state.id() + "\" is not running: it is " + status.word());
        }
        return status;
    }

    /**
     * Checks that the container {@code id} has a process.
     *
     * @throws ContainerException when it does not exist, or has no process
     */
    public static void check(ContainerStore store, String id) {
        checkedStatus(store.get(id), store);
    }

    ContainerStatus status() {
        return status;
    }

    Cgroup cgroup(String what) {
        return cgroup.orElseThrow(() -> ContainerException.conflict("cannot " + what + " container \"" + state.id()
                + "\": it has no cgroup; see --cgroups and --cgroup-path of run"));
    }

    /**
     * The host's pids of the processes of the container {@code id}; none when it has stopped.
     *
     * @throws ContainerException when it does not exist
     */
    public static List<Integer> processes(ContainerStore store, String id) {
        ContainerState state = store.get(id);
        return store.cgroup(state)
                .filter(Cgroup::exists)
                .map(Cgroup::processes)
                .orElseGet(() -> store.status(state).hasProcess() ? List.of(state.pid()) : List.of());
    }

    /** The host's pids of the container's processes. */
    public List<Integer> processes() {
        return cgroup("list the processes of").processes();
    }

    /**
     * How many of the container's processes the kernel has killed for lack of memory; {@link Statistics#UNKNOWN}
     * without a cgroup.
     */
    public long oomKills() {
        return cgroup.map(Cgroup::oomKills).orElse(Statistics.UNKNOWN);
    }

    /** The resource usage of the container. */
    public Statistics statistics() {
        return cgroup("measure").statistics();
    }

    /**
     * Replaces the list of hosts that the container may reach; connections with other hosts are closed.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when one of them is not HOST[:PORT]
     * @throws ContainerException when it has no proxy
     */
    public void allow(List<String> hosts) {
        EgressPolicy.of(hosts);
        try (ProxyConnection proxy = proxy()) {
            proxy.allow(hosts);
        }
    }

    /** The hosts that the container may reach. */
    public List<String> allowed() {
        try (ProxyConnection proxy = proxy()) {
            return proxy.allowed();
        }
    }

    /** The container's attempts to reach hosts from now on; empty when it has no proxy. */
    public Optional<AttemptStream> attempts() {
        return connection().map(AttemptStream::new);
    }

    private Optional<ProxyConnection> connection() {
        return store.files(state.id()).connectToProxy().map(socket -> new ProxyConnection(store.linux(), socket));
    }

    private ProxyConnection proxy() {
        return connection()
                .orElseThrow(
                        () -> ContainerException.conflict(
                                store.files(state.id()).hadProxy()
                                        ? "the proxy of container \"" + state.id()
                                                + "\" has ended, so it can no longer reach any host; start the container again"
                                        : "container \"" + state.id()
                                                + "\" was started without allowed hosts, so it has no proxy to reach any; start it with --allow"));
    }

    /**
     * Changes the limits of the container {@code id}.
     *
     * @param limits as {@code linux.resources} of config.json
     * @throws dev.rustyrun.spec.InvalidSpecException when they are invalid
     * @throws ContainerException when the container does not exist, or has no process
     */
    public static void limit(ContainerStore store, String id, String limits) {
        Resources wanted = ConfigJson.resources(limits);
        of(store, id).limit(wanted);
    }

    /** Changes the limits of the container; limits that are not set stay as they are. */
    public void limit(Resources resources) {
        Resources complete = withMemoryLimit(resources);
        ResourcesValidator.check(complete);
        cgroup("update").apply(complete);
    }

    /**
     * Completes the memory limits, because the swap limit counts memory and swap together. A new swap limit needs the
     * current memory limit; without a memory limit, swap has none either, as in runc.
     */
    private Resources withMemoryLimit(Resources resources) {
        Resources.Memory memory = resources.memory();
        if (memory.limit() == Resources.UNLIMITED && memory.swap() == Resources.UNSET) {
            return resources.withMemory(memory.withSwap(Resources.UNLIMITED));
        }
        if (memory.swap() < 0 || memory.limit() != Resources.UNSET) {
            return resources;
        }
        long present = cgroup("update").statistics().memoryLimit();
        return present < 0 || present == Statistics.UNLIMITED
                ? resources
                : resources.withMemory(memory.withLimit(present));
    }
}
