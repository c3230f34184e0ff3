package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.oci.StateJson.Status;
import dev.rustyrun.spec.InvalidSpecException;

/** Stops all processes of a container, and lets them go on. */
public final class Freezer {

    private final ContainerStore store;

    public Freezer(ContainerStore store) {
        this.store = store;
    }

    /**
     * Stops them.
     *
     * @throws InvalidSpecException when the container is neither running nor created, or has no cgroup
     */
    public void pause(String id) {
        try (ContainerLock held = store.lock(id)) {
            Running running = Running.of(store, id);
            if (running.status() == Status.PAUSED) {
                throw new InvalidSpecException("container \"" + id + "\" is paused already");
            }
            running.cgroup("pause").freeze();
        }
    }

    /**
     * Lets them go on.
     *
     * @throws InvalidSpecException when they are not stopped
     */
    public void resume(String id) {
        try (ContainerLock held = store.lock(id)) {
            Running running = Running.of(store, id);
            Cgroup cgroup = running.cgroup("resume");
            if (!cgroup.isFrozen()) {
                throw new InvalidSpecException("container \"" + id + "\" is not paused");
            }
            cgroup.thaw();
        }
    }
}
