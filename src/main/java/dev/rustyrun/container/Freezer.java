package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.spec.ContainerStatus;

/** Stops all processes of a container, and lets them go on. */
public final class Freezer {

    private final ContainerStore store;

    public Freezer(ContainerStore store) {
        this.store = store;
    }

    /**
     * Stops them.
     *
     * @throws ContainerException when the container is neither running nor created, is paused already, or has no cgroup
     */
    public void pause(String id) {
        if (!freeze(id)) {
            throw ContainerException.conflict("container \"" + id + "\" is paused already");
        }
    }

    /**
     * Lets them go on.
     *
     * @throws ContainerException when they are not stopped
     */
    public void resume(String id) {
        if (!thaw(id)) {
            throw ContainerException.conflict("container \"" + id + "\" is not paused");
        }
    }

    /**
     * Stops them, if they are not stopped; whether they were not.
     *
     * @throws ContainerException when the container is neither running nor created, or has no cgroup
     */
    public boolean freeze(String id) {
        try (ContainerLock held = store.lock(id)) {
            Running running = Running.of(store, id);
            if (running.status() == ContainerStatus.PAUSED) {
                return false;
            }
            running.cgroup("pause").freeze();
            return true;
        }
    }

    /**
     * Lets them go on, if they are stopped; whether they were.
     *
     * @throws ContainerException when the container is neither running nor created, or has no cgroup
     */
    public boolean thaw(String id) {
        try (ContainerLock held = store.lock(id)) {
            Cgroup cgroup = Running.of(store, id).cgroup("resume");
            if (!cgroup.isFrozen()) {
                return false;
            }
            cgroup.thaw();
            return true;
        }
    }
}
