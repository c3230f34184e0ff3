package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.cgroup.StaleCgroups;
import dev.rustyrun.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What containers have left behind whose processes were all killed at once, so that none of them could clear up: their
 * state and their cgroups. Mounts and namespaces go with the last process by themselves.
 */
public final class StaleContainers {

    private final Linux linux;
    private final ContainerStore store;
    private final CgroupLayout layout;

    /** What those of {@code store} have left: nobody else's is touched. */
    public StaleContainers(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
        this.layout = store.layout();
    }

    /**
     * Removes all of it.
     *
     * @return what was removed and what could not be, a line each
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

    /** Whether it was removed; not if its id has just been taken for a new container. */
    private boolean removeLocked(String id) {
        try (ContainerLock held = store.lock(id)) {
            Optional<ContainerState> still = store.leftover(id);
            still.ifPresent(gone -> {
                store.ownCgroup(gone.cgroup()).ifPresent(cgroup -> {
                    cgroup.kill();
                    cgroup.remove();
                });
                store.remove(id);
            });
            return still.isPresent();
        } catch (NoSuchContainerException e) {
            return false;
        }
    }

    /** A container is in the store before its cgroup is made: what is not there now has no container, and gets none. */
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
            // Whatever is wrong with it is no other container's problem.
            lines.add("left " + what + ": " + e.getMessage());
        }
    }
}
