package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;

/** Pauses all processes of a container with the cgroup freezer, and resumes them. */
public final class Freezer {

    private final ContainerStore store;

    public Freezer(ContainerStore store) {
        this.store = store;
    }

    /**
     * Pauses the container.
     *
     * @throws ContainerException when the container is neither running nor created, is paused already, or has no cgroup
     */
    public void pause(String id) {
        if (!freeze(id)) {
            throw ContainerException.conflict("container \"" + id + "\" is paused already");
        }
    }

    /**
     * Resumes the container.
     *
     * @throws ContainerException when the container is not paused
     */
    public void resume(String id) {
        if (!thaw(id)) {
            throw ContainerException.conflict("container \"" + id + "\" is not paused");
        }
    }

    /**
     * Pauses the container unless it is paused; returns whether it has changed.
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
     * Resumes the container if it is paused; returns whether it has changed.
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
