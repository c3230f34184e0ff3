package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.network.ProxyConnection;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.ResourcesValidator;
import java.util.List;
import java.util.Optional;

/** A container that has processes, and what can be done to their cgroup. */
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
     * @throws ContainerException when it is not there, or has no process
     */
    public static Running of(ContainerStore store, String id) {
        ContainerState state = store.get(id);
        ContainerStatus status = store.status(state);
        if (!status.hasProcess()) {
            throw ContainerException.conflict("container \"" + id + "\" is not running: it is " + status.word());
        }
        return new Running(store, state, status, store.cgroup(state).filter(Cgroup::exists));
    }

    ContainerStatus status() {
        return status;
    }

    Cgroup cgroup(String what) {
        return cgroup.orElseThrow(() -> ContainerException.conflict("cannot " + what + " container \"" + state.id()
                + "\": it has no cgroup; see --cgroups and --cgroup-path of run"));
    }

    /**
     * The processes of the container {@code id}, as the host numbers them; none when it has stopped.
     *
     * @throws ContainerException when it is not there
     */
    public static List<Integer> processes(ContainerStore store, String id) {
        ContainerState state = store.get(id);
        return store.cgroup(state)
                .filter(Cgroup::exists)
                .map(Cgroup::processes)
                .orElseGet(() -> store.status(state).hasProcess() ? List.of(state.pid()) : List.of());
    }

    /** Its processes, as the host numbers them. */
    public List<Integer> processes() {
        return cgroup("list the processes of").processes();
    }

    /** How many of its processes were killed because it had no memory left. */
    public long oomKills() {
        return cgroup.map(Cgroup::oomKills).orElse(Statistics.UNKNOWN);
    }

    /** What it has used. */
    public Statistics statistics() {
        return cgroup("measure").statistics();
    }

    /**
     * Lets it reach these hosts from now on, and no others; connections with others are closed.
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

    /** The hosts that it may reach. */
    public List<String> allowed() {
        try (ProxyConnection proxy = proxy()) {
            return proxy.allowed();
        }
    }

    /** What it tries to reach from now on; empty when it has no proxy. */
    public Optional<ToldAttempts> attempts() {
        return connection().map(ToldAttempts::new);
    }

    private Optional<ProxyConnection> connection() {
        return store.files(state.id()).connectToProxy().map(socket -> new ProxyConnection(store.linux(), socket));
    }

    private ProxyConnection proxy() {
        return connection()
                .orElseThrow(
                        () -> ContainerException.conflict(
                                "container \"" + state.id()
                                        + "\" was started without allowed hosts, so it has no proxy to reach any; start it with --allow"));
    }

    /** Limits it anew; what is not set stays. */
    public void limit(Resources resources) {
        Resources complete = withMemoryLimit(resources);
        ResourcesValidator.check(complete);
        cgroup("update").apply(complete);
    }

    /**
     * Swap is counted together with memory: a limit of both goes with the present one of memory, and where memory has none any
     * more both have none, as with runc.
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
