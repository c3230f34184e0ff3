package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.Spec;
import java.util.Optional;

/**
 * What a container that ends with whoever runs it has on the host beside its processes: what is written down about it, its
 * range of ids, its layer over an image, its cgroup. It is made in this order, so that what is written down tells of all the rest, and cleared in the
 * opposite one, whatever there is of it by then. For use by one thread at a time.
 */
final class Traces {

    private final Linux linux;
    private final ContainerStore store;
    private final String id;
    private final ContainerCgroup cgroup;
    private Optional<ContainerLayer> layer;
    private Optional<IdMapping> ids = Optional.empty();
    private boolean written;
    private boolean keepsLayer;
    private boolean keepsState;

    Traces(Linux linux, ContainerStore store, String id, ContainerCgroup cgroup, Optional<ContainerLayer> layer) {
        this.linux = linux;
        this.store = store;
        this.id = id;
        this.cgroup = cgroup;
        this.layer = layer;
    }

    /** Makes all of it for a container with this state; {@link #clear} takes back what was made before it failed. */
    void make(ContainerState state, Spec spec) {
        // Written down first: nobody takes the empty cgroup for a leftover.
        store.add(state);
        written = true;
        ids = Optional.ofNullable(spec.annotations().get(Spec.ID_POOL_ANNOTATION))
                .map(pool -> store.idRanges().take(IdPool.parse(pool), store.path(id)));
        layer.ifPresent(own -> own.make(store.folder()));
        cgroup.make(Cgroup.Hierarchies.NEEDED);
    }

    /** Has it another layer over an image, or none: it was begun before that was known, and has made none. */
    void take(Optional<ContainerLayer> other) {
        layer = other;
    }

    /** Makes the layer that it has taken since {@link #make}. */
    void makeLayer() {
        layer.ifPresent(own -> own.make(store.folder()));
    }

    String id() {
        return id;
    }

    ContainerCgroup cgroup() {
        return cgroup;
    }

    /** The container's own layer, if it comes from an image. */
    Optional<ContainerLayer> layer() {
        return layer;
    }

    /** The range of ids that was taken, if its ids come from a pool. */
    Optional<IdMapping> ids() {
        return ids;
    }

    /** Lets the layer stay, if it is one to be kept: the container has run. */
    void keepLayer() {
        keepsLayer = true;
    }

    /** Lets what is written down stay, so that the container is listed until it is deleted. */
    void keepState() {
        keepsState = true;
    }

    /** Takes it all away, or what is still there: it may be called again, and must be when it has failed. */
    void clear() {
        if (written) {
            cgroup.remove();
            layer.ifPresent(own -> own.end(keepsLayer));
            if (ids.isPresent()) {
                store.idRanges().giveBack(ids.get());
                // Another container may have it now.
                ids = Optional.empty();
            }
            if (!keepsState) {
                store.remove(id);
            }
            written = false;
        }
    }
}
