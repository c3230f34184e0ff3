package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupLeftovers;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What containers have left behind whose processes were all killed at once, so that none of them could clear up: their
 * state and their cgroups. Mounts and namespaces go with the last process by themselves.
 */
public final class Leftovers {

    private final Linux linux;
    private final ContainerStore store;
    private final CgroupLayout layout;

    public Leftovers(Linux linux) {
        this.linux = linux;
        this.store = ContainerStore.of(linux);
        this.layout = CgroupLayout.detect(linux);
    }

    /**
     * Removes all of it.
     *
     * @return what was removed and what could not be, a line each
     */
    public List<String> remove() {
        List<String> lines = new ArrayList<>();
        for (ContainerState gone : store.leftovers()) {
            attempt(lines, "container " + gone.id(), () -> {
                if (!gone.cgroup().isEmpty()) {
                    Cgroup cgroup = Cgroup.at(linux, layout, CgroupPath.of(gone.cgroup(), gone.id()));
                    cgroup.kill();
                    cgroup.remove();
                }
                store.remove(gone.id());
            });
        }
        store.removeEmpty().forEach(id -> lines.add("removed folder of container " + id));
        if (layout.kind() != CgroupLayout.Kind.NONE && linux.isRoot()) {
            removeCgroups(lines);
        }
        return lines;
    }

    /** A container is in the store before its cgroup is made: what is not there now has no container, and gets none. */
    private void removeCgroups(List<String> lines) {
        CgroupLeftovers cgroups = new CgroupLeftovers(linux, layout);
        for (String id : cgroups.find(Set.of())) {
            if (!store.has(id)) {
                attempt(lines, "cgroup " + CgroupPath.PARENT + "/" + id, () -> cgroups.remove(id));
            }
        }
    }

    private static void attempt(List<String> lines, String what, Runnable removal) {
        try {
            removal.run();
            lines.add("removed " + what);
        } catch (CgroupException e) {
            lines.add("left " + what + ": " + e.getMessage());
        }
    }
}
