package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.Spec;
import java.util.Optional;

/**
 * What a container that ends with whoever runs it has on the host beside its processes: what is written down about it, its
 * range of ids, its cgroup. It is made in this order, so that what is written down tells of all the rest, and cleared in the
 * opposite one, whatever there is of it by then. For use by one thread at a time.
 */
final class Traces {

    private final Linux linux;
    private final ContainerStore store;
    private final String id;
    private final ContainerCgroup cgroup;
    private Optional<IdMapping> ids = Optional.empty();
    private boolean written;

    Traces(Linux linux, ContainerStore store, String id, ContainerCgroup cgroup) {
        this.linux = linux;
        this.store = store;
        this.id = id;
        this.cgroup = cgroup;
    }

    /** Makes all of it for a container with this state; {@link #clear} takes back what was made before it failed. */
    void make(ContainerState state, Spec spec) {
        // Written down first: nobody takes the empty cgroup for a leftover.
        store.add(state);
        written = true;
        ids = Optional.ofNullable(spec.annotations().get(Spec.ID_POOL_ANNOTATION))
                .map(pool -> store.idRanges().take(IdPool.parse(pool), store.path(id)));
        cgroup.make(Cgroup.Hierarchies.NEEDED);
    }

    String id() {
        return id;
    }

    ContainerCgroup cgroup() {
        return cgroup;
    }

    /** The range of ids that was taken, if its ids come from a pool. */
    Optional<IdMapping> ids() {
        return ids;
    }

    /** Takes it all away, or what is still there: it may be called again, and must be when it has failed. */
    void clear() {
        if (written) {
            cgroup.remove();
            if (ids.isPresent()) {
                store.idRanges().giveBack(ids.get());
                // Another container may have it now.
                ids = Optional.empty();
            }
            store.remove(id);
            written = false;
        }
    }
}
