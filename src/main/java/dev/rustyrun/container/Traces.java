package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.Spec;
import java.util.Optional;

/**
 * The resources on the host of a container that ends with the process that runs it: its state in the store, its range
 * of ids, its layer over an image, and its cgroup. They are made in this order, so that the state exists before all
 * others, and removed in an order that removes the state last. For use by one thread at a time.
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

    /**
     * Makes all resources for a container with this state. After a failure, {@link #clear} removes those that were
     * made.
     */
    void make(ContainerState state, Spec spec) {
        // The state comes first, so that no other process takes the empty cgroup for a stale one.
        store.add(state);
        written = true;
        ids = Optional.ofNullable(spec.annotations().get(Spec.ID_POOL_ANNOTATION))
                .map(pool -> store.idRanges().take(IdPool.parse(pool), store.path(id)));
        layer.ifPresent(own -> own.make(store.folder()));
        cgroup.make(Cgroup.Hierarchies.NEEDED);
    }

    /** Sets the layer of a warm launch, which was begun before its layer was known; empty for none. */
    void take(Optional<ContainerLayer> other) {
        layer = other;
    }

    /** Makes the layer that was set by {@link #take} after {@link #make}. */
    void makeLayer() {
        layer.ifPresent(own -> own.make(store.folder()));
    }

    String id() {
        return id;
    }

    ContainerCgroup cgroup() {
        return cgroup;
    }

    /** The container's writable layer, if it comes from an image. */
    Optional<ContainerLayer> layer() {
        return layer;
    }

    /** The container's range of ids, if it comes from a pool. */
    Optional<IdMapping> ids() {
        return ids;
    }

    /** Marks the layer as kept, if its image says so, because the container has run. */
    void keepLayer() {
        keepsLayer = true;
    }

    /** Keeps the state, so that the container is listed until it is deleted. */
    void keepState() {
        keepsState = true;
    }

    /** Removes the resources that still exist. May be called repeatedly, and must be repeated when it fails. */
    void clear() {
        if (written) {
            cgroup.remove();
            layer.ifPresent(own -> own.end(keepsLayer));
            if (ids.isPresent()) {
                store.idRanges().giveBack(ids.get());
                // Another container may get the range now, so it must not be released again.
                ids = Optional.empty();
            }
            if (!keepsState) {
                store.remove(id);
            }
            written = false;
        }
    }
}
