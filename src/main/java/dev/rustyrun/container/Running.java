package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.oci.StateJson.Status;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.ResourcesValidator;
import java.util.List;
import java.util.Optional;

/** A container that has processes, and what can be done to their cgroup. */
public final class Running {

    private final ContainerState state;
    private final Status status;
    private final Optional<Cgroup> cgroup;

    private Running(ContainerState state, Status status, Optional<Cgroup> cgroup) {
        this.state = state;
        this.status = status;
        this.cgroup = cgroup;
    }

    /**
     * The container {@code id}.
     *
     * @throws InvalidSpecException when it is not there, or has no process
     */
    public static Running of(ContainerStore store, String id) {
        ContainerState state = store.get(id);
        Status status = store.status(state);
        if (!status.hasProcess()) {
            throw new InvalidSpecException("container \"" + id + "\" is not running: it is " + status.word());
        }
        return new Running(state, status, store.cgroup(state).filter(Cgroup::exists));
    }

    Status status() {
        return status;
    }

    Cgroup cgroup(String what) {
        return cgroup.orElseThrow(() -> new InvalidSpecException("cannot " + what + " container \"" + state.id()
                + "\": it has no cgroup"));
    }

    /** Its processes, as the host numbers them. */
    public List<Integer> processes() {
        return cgroup.map(Cgroup::processes).orElse(List.of(state.pid()));
    }

    /** What it has used. */
    public Statistics statistics() {
        return cgroup("measure").statistics();
    }

    /** Limits it anew; what is not set stays. */
    public void limit(Resources resources) {
        ResourcesValidator.check(resources);
        cgroup("update").apply(resources);
    }
}
