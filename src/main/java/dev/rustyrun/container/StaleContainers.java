package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.cgroup.StaleCgroups;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Removes the state and cgroups of stale containers: all their processes were killed abruptly, so that none could clean
 * up. The kernel itself removes their mounts and namespaces with the last process.
 */
public final class StaleContainers {

    private final Linux linux;
    private final SelfExec self;
    private final ContainerStore store;
    private final CgroupLayout layout;

    /** The stale containers of {@code store}; those of other stores are not touched. */
    public StaleContainers(Linux linux, SelfExec self, ContainerStore store) {
        this.linux = linux;
        this.self = self;
        this.store = store;
        this.layout = store.layout();
    }

    /**
     * Removes all stale containers.
     *
     * @return one line for each resource that was removed or could not be removed
     */
    public List<String> remove() {
        List<String> lines = new ArrayList<>();
        for (ContainerState gone : store.leftovers()) {
            attempt(lines, "container " + gone.id(), () -> removeLocked(gone.id()));
        }
        store.removeEmpty().forEach(id -> lines.add("removed folder of container " + id));
        store.broken()
                .forEach((id, reason) -> lines.add("left container " + id + ": it is broken: " + reason
                        + "; delete --force ends its processes and removes it"));
        for (String id : store.connections().containers()) {
            if (store.running(id).isEmpty()) {
                attempt(
                        lines,
                        "CNI network of container " + id,
                        () -> store.connections().end(id, false));
            }
        }
        if (layout.kind() != CgroupLayout.Kind.NONE) {
            removeCgroups(lines);
        }
        return lines;
    }

    /** Removes a container; false if a new container has just taken its id. */
    private boolean removeLocked(String id) {
        try (ContainerLock held = store.lock(id)) {
            Optional<ContainerState> still = store.leftover(id);
            still.ifPresent(gone -> {
                store.ownCgroup(gone.cgroup()).ifPresent(cgroup -> {
                    cgroup.kill();
                    cgroup.remove();
                });
                // Its layer is marked as kept from the start on. Other kept layers belong to detached containers.
                if (gone.origin().stays()) {
                    ContainerLayers.forget(linux, self, store.folder(), id);
                }
                store.remove(id);
            });
            return still.isPresent();
        } catch (NoSuchContainerException e) {
            return false;
        }
    }

    /**
     * Removes cgroups without a container. A container is stored before its cgroup is made, so a cgroup whose container
     * is missing now will never get one.
     */
    private void removeCgroups(List<String> lines) {
        StaleCgroups cgroups = new StaleCgroups(linux, layout);
        for (String id : cgroups.find(store.identity())) {
            if (!store.has(id)) {
                attempt(lines, "cgroup " + CgroupPath.PARENT + "/" + id, () -> {
                    cgroups.remove(id);
                    return true;
                });
            }
        }
    }

    private static void attempt(List<String> lines, String what, BooleanSupplier removal) {
        try {
            if (removal.getAsBoolean()) {
                lines.add("removed " + what);
            }
        } catch (RuntimeException e) {
            // A failure must not keep the other containers from being removed.
            lines.add("left " + what + ": " + e.getMessage());
        }
    }
}
